/**
 * Calls of C functions. The classes named Calls list the functions by their C types; those named Ffm call them through
 * java.lang.foreign, those named Svm through the SVM C interface of a native image; those named Marshalling convert
 * strings, arrays and structs above both. Native memory must not outlive its {@link dev.nullbox.natives.calls.CFrame}.
 */
@NullMarked
package dev.nullbox.natives.calls;

import org.jspecify.annotations.NullMarked;
