include("${CMAKE_CURRENT_LIST_DIR}/LodeSdkTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/LodePlugin.cmake")
