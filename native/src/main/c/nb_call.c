/* The one C function of NullBox's own: calls any C function of up to 8 integer or pointer arguments, for native images
 * whose Java side cannot read errno before the runtime has overwritten it.
 *
 * fn:   the function, as dlsym gave it
 * args: 8 values; those beyond the function's own parameters are ignored by it
 * err:  receives errno as the function left it
 *
 * Returns the whole return register: the caller takes the low half for functions that return int.
 * The cast is to a variadic type so that the x86-64 ABI's count of vector registers is set (to 0) for syscall;
 * functions without "..." ignore it. Linux x86-64 and aarch64 only.
 */
#include <errno.h>

long nb_call(void *fn, const long *args, int *err) {
    long (*function)(long, ...) = (long (*)(long, ...))fn;
    long result;

    errno = 0;
    result = function(args[0], args[1], args[2], args[3], args[4], args[5], args[6], args[7]);
    *err = errno;
    return result;
}
