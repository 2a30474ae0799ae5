# lode_add_plugin(NAME SOURCES file... [DATA file...] [PIPELINES file...])
#
# Adds a loadable module NAME.lode.so that exports lode_plugin_v1 and nothing else. DATA files are put next to it, where
# relative defaults of path parameters start. Outside Lode's own tree, two kinds of tests are added if testing is
# enabled and the lode program is installed: NAME.conformance, which runs `lode verify` on the plugin, and for each of
# PIPELINES a test NAME.FILE, which runs `lode run` on the file.
function(lode_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DATA;PIPELINES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "lode_add_plugin(${name}): usage is NAME SOURCES file... [DATA file...] "
      "[PIPELINES file...]")
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE lode::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".lode.so" CXX_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>
    -ffp-contract=off)  # a * b + c rounds twice on every machine, even where the processor could fuse it
  target_link_options(${name} PRIVATE LINKER:--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/lode_plugin.map)
  if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")  # sanitizer run-times are resolved in the host
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/lode_plugin.map)
  list(TRANSFORM arg_DATA PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE data)
  set_property(TARGET ${name} PROPERTY LODE_DATA ${data})
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${data})  # so that changed files are copied
  foreach(file IN LISTS arg_DATA)
    get_filename_component(base ${file} NAME)
    add_custom_command(TARGET ${name} POST_BUILD COMMAND ${CMAKE_COMMAND} -E copy_if_different
      ${CMAKE_CURRENT_SOURCE_DIR}/${file} $<TARGET_FILE_DIR:${name}>/${base})
  endforeach()
  if(TARGET lode::lode)
    add_test(NAME ${name}.conformance COMMAND lode::lode verify $<TARGET_FILE:${name}>)
    foreach(pipeline IN LISTS arg_PIPELINES)
      cmake_path(GET pipeline STEM test)
      add_test(NAME ${name}.${test} COMMAND lode::lode --plugin $<TARGET_FILE:${name}> run
        ${CMAKE_CURRENT_SOURCE_DIR}/${pipeline} --out ${CMAKE_CURRENT_BINARY_DIR}/runs --fresh)
    endforeach()
  elseif(NOT TARGET lode_sdk)  # not in Lode's own tree
    message(STATUS "${name}: the lode program is not installed with the SDK: its tests with lode are omitted")
  endif()
endfunction()

# lode_add_importer(FORMAT SOURCES file...)
#
# Adds a program import_FORMAT, which `lode import FORMAT SOURCE -o OUTPUT` runs with the arguments SOURCE -o OUTPUT,
# and --partial if it is given. It belongs next to the plugin that reads OUTPUT. It exits with 0, or with 2 after a line
# on standard error.
function(lode_add_importer format)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  add_executable(import_${format} ${arg_SOURCES})
  target_link_libraries(import_${format} PRIVATE lode::sdk)
  if(CMAKE_LIBRARY_OUTPUT_DIRECTORY)  # where plugins are
    set_target_properties(import_${format} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
  endif()
endfunction()
