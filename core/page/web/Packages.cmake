# lode_fetch_packages(VARIABLE)
#
# Fetches the packages that package-lock.json in this folder names, once for each version of it; npm keeps them for
# other build trees. VARIABLE becomes the folder with node_modules, and with the file `stamp` to depend on.
function(lode_fetch_packages variable)
  set(packages ${CMAKE_CURRENT_BINARY_DIR}/packages)
  set(lists ${CMAKE_CURRENT_SOURCE_DIR}/package.json ${CMAKE_CURRENT_SOURCE_DIR}/package-lock.json)
  add_custom_command(OUTPUT ${packages}/stamp
    COMMAND ${CMAKE_COMMAND} -E make_directory ${packages}
    COMMAND ${CMAKE_COMMAND} -E copy ${lists} ${packages}
    COMMAND ${LODE_NPM} ci --prefix ${packages} --ignore-scripts --prefer-offline --no-audit --no-fund --silent
    COMMAND ${CMAKE_COMMAND} -E touch ${packages}/stamp
    DEPENDS ${lists} COMMENT "Fetching npm's packages for ${CMAKE_CURRENT_SOURCE_DIR}" VERBATIM)
  set(${variable} ${packages} PARENT_SCOPE)
endfunction()
