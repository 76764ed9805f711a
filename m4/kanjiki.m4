# KJ_TRY_FLAG(VARIABLE, FLAG): append FLAG to VARIABLE where the compiler takes it.
AC_DEFUN([KJ_TRY_FLAG], [
  kj_save_CFLAGS=$CFLAGS
  CFLAGS="$CFLAGS -Werror $2"
  AC_MSG_CHECKING([whether $CC takes $2])
  AC_LINK_IFELSE([AC_LANG_PROGRAM()],
    [AC_MSG_RESULT([yes]); $1="$$1 $2"], [AC_MSG_RESULT([no])])
  CFLAGS=$kj_save_CFLAGS
])

# KJ_COMPILER_FLAGS: the language, the warnings, the hardening.
AC_DEFUN([KJ_COMPILER_FLAGS], [
  KJ_CFLAGS="-std=gnu11 -pthread -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes"
  KJ_CFLAGS="$KJ_CFLAGS -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -Wundef"
  KJ_LDFLAGS=
  for kj_flag in -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection \
      -fno-strict-overflow -fno-delete-null-pointer-checks; do
    KJ_TRY_FLAG([KJ_CFLAGS], [$kj_flag])
  done
  for kj_flag in -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed; do
    KJ_TRY_FLAG([KJ_LDFLAGS], [$kj_flag])
  done
  AC_SUBST([KJ_CFLAGS])
  AC_SUBST([KJ_LDFLAGS])
])

# KJ_SANITIZERS: --enable-sanitizers[=LIST]; fortification and sanitizers exclude each other.
AC_DEFUN([KJ_SANITIZERS], [
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@], [build with sanitizers (address,undefined unless LIST says otherwise; thread for TSan)])],
    [], [enable_sanitizers=no])
  AS_CASE([$enable_sanitizers],
    [no], [KJ_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3"],
    [yes], [kj_sanitizers=address,undefined],
    [kj_sanitizers=$enable_sanitizers])
  AS_IF([test -n "$kj_sanitizers"], [
    KJ_CPPFLAGS=-U_FORTIFY_SOURCE
    KJ_CFLAGS="$KJ_CFLAGS -fsanitize=$kj_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"
    KJ_LDFLAGS="$KJ_LDFLAGS -fsanitize=$kj_sanitizers"
  ])
  dnl Fortification needs an optimiser; a build for the debugger has none.
  AS_CASE([" $CFLAGS "], [*" -O0 "*], [KJ_CPPFLAGS=-U_FORTIFY_SOURCE])
  AC_ARG_ENABLE([fuzzers],
    [AS_HELP_STRING([--enable-fuzzers], [link the fuzz targets with libFuzzer (clang only); otherwise they replay their corpus])],
    [], [enable_fuzzers=no])
  AS_IF([test "x$enable_fuzzers" = xyes], [
    KJ_CFLAGS="$KJ_CFLAGS -fsanitize=fuzzer-no-link"
    FUZZ_LDFLAGS=-fsanitize=fuzzer
  ])
  AM_CONDITIONAL([FUZZERS], [test "x$enable_fuzzers" = xyes])
  AC_SUBST([KJ_CPPFLAGS])
  AC_SUBST([FUZZ_LDFLAGS])
])
