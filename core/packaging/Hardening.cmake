# What Debian's hardening=+all sets (dpkg-buildflags), for what users run: Release and RelWithDebInfo. Sanitizers check more.
# tests/install/hardening_test.py reads it back from what was built.
if(NOT CMAKE_BUILD_TYPE MATCHES "^Rel" OR LODE_SANITIZE OR LODE_FUZZ)
  return()
endif()
include(CheckPIESupported)
check_pie_supported()  # links programs as position-independent, too

include(CheckCXXCompilerFlag)
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "LODE_HAS${flag}" supported)
  check_cxx_compiler_flag(${flag} ${supported})  # control flow is guarded by another flag on each processor
  if(${supported})
    add_compile_options(${flag})
  endif()
endforeach()
# Some compilers set a level of their own, which must not be redefined.
add_compile_options(-Wformat -Wformat-security -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
add_link_options(LINKER:-z,relro LINKER:-z,now)
