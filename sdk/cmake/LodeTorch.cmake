# lode::torch: LibTorch, if it is installed and this build can link against it. Its libraries are not built for
# ThreadSanitizer, and TorchConfig.cmake adds its own flags, so the libraries are searched for directly, a newer one
# through CMAKE_PREFIX_PATH. Clang cannot read the headers of LibTorch 1.13 in C++20 mode: lint and Clang's sanitizers
# skip them. LODE_TORCH_VERSION is its version, or empty.
set(LODE_TORCH_VERSION "")
if(LODE_SANITIZE MATCHES thread OR CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  return()
endif()
find_path(TORCH_INCLUDE torch/csrc/api/include/torch/torch.h)
find_library(TORCH_LIBRARY torch)
find_library(TORCH_CPU_LIBRARY torch_cpu)
find_library(C10_LIBRARY c10)
find_library(TORCH_CUDA_LIBRARY torch_cuda)  # for devices; nothing calls it by name
find_package(OpenMP COMPONENTS CXX)  # LibTorch's at::parallel_for is a template: without this it has one thread
if(NOT (OpenMP_CXX_FOUND AND TORCH_INCLUDE AND TORCH_LIBRARY AND TORCH_CPU_LIBRARY AND C10_LIBRARY))
  message(STATUS "LibTorch was not found: networks are not trained, and l2nas is not compared with it")
  return()
endif()
file(STRINGS ${TORCH_INCLUDE}/torch/csrc/api/include/torch/version.h version REGEX "define TORCH_VERSION \"")
string(REGEX REPLACE ".*\"([0-9.]+).*" "\\1" LODE_TORCH_VERSION "${version}")

add_library(lode::torch INTERFACE IMPORTED GLOBAL)
target_include_directories(lode::torch SYSTEM INTERFACE ${TORCH_INCLUDE} ${TORCH_INCLUDE}/torch/csrc/api/include)
target_link_libraries(lode::torch INTERFACE ${TORCH_LIBRARY} ${TORCH_CPU_LIBRARY} ${C10_LIBRARY} OpenMP::OpenMP_CXX)
# Its headers have classes with members that exist only without NDEBUG; Debian's libraries are built with NDEBUG.
target_compile_definitions(lode::torch INTERFACE $<$<NOT:$<CONFIG:Release>>:NDEBUG>)
# GCC 14 falsely warns about an overflow of one of LibTorch's vectors.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
  target_compile_options(lode::torch INTERFACE -Wno-array-bounds)
endif()
if(TORCH_CUDA_LIBRARY)
  target_link_libraries(lode::torch INTERFACE -Wl,--no-as-needed ${TORCH_CUDA_LIBRARY} -Wl,--as-needed)
endif()

# Its headers take 15 seconds to read: they are read once for all targets that use them.
add_library(lode_torch_headers OBJECT ${CMAKE_CURRENT_LIST_DIR}/torch_headers.cc)
target_link_libraries(lode_torch_headers PRIVATE lode::torch)
target_precompile_headers(lode_torch_headers PRIVATE <torch/torch.h>)
target_compile_features(lode_torch_headers PRIVATE cxx_std_20)
set_target_properties(lode_torch_headers PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

# Compiles a target's sources against LibTorch.
function(lode_use_torch target)
  target_link_libraries(${target} PRIVATE lode::torch)
  target_compile_options(${target} PRIVATE -fPIC)  # programs too, to match the precompiled header
  target_precompile_headers(${target} REUSE_FROM lode_torch_headers)
  set_target_properties(${target} PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()
