/**
 * Seccomp filters from allow lists: a {@link dev.nullbox.service.seccomp.ListedCall} is a call with its bounds and its
 * reason, {@link dev.nullbox.service.seccomp.AllowList} compiles and installs a list, {@link
 * dev.nullbox.service.seccomp.FilterProgram} emits the instructions. Calls beyond the list kill the process instead of
 * failing, so that an attack ends at its first attempt. Lists come from the caller (cage's VMM, the importer); tests
 * show each listed call in use or name the source that makes it.
 */
@NullMarked
package dev.nullbox.service.seccomp;

import org.jspecify.annotations.NullMarked;
