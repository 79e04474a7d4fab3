/**
 * Steps of a process that puts a sandbox up round itself, for whoever starts one: a root of its own, Landlock, the end with
 * its parent. Which files, which calls and which user are the caller's.
 */
@NullMarked
package dev.nullbox.service.sandbox;

import org.jspecify.annotations.NullMarked;
