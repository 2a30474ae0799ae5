# Sets the flags of Debian's hardening=+all (dpkg-buildflags) for user builds: Release and RelWithDebInfo. Sanitizers
# check more. tests/install/hardening_test.py verifies the flags in the built files.
if(NOT CMAKE_BUILD_TYPE MATCHES "^Rel" OR LODE_SANITIZE OR LODE_FUZZ)
  return()
endif()
include(CheckPIESupported)
check_pie_supported()  # also links programs as position-independent

include(CheckCXXCompilerFlag)
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "LODE_HAS${flag}" supported)
  check_cxx_compiler_flag(${flag} ${supported})  # the flag for control flow differs between processors
  if(${supported})
    add_compile_options(${flag})
  endif()
endforeach()
# Some compilers set their own level, which must not be redefined.
add_compile_options(-Wformat -Wformat-security -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
add_link_options(LINKER:-z,relro LINKER:-z,now)
