/** Service runtime, events, token bucket, heap wiper: parts that every service needs and none owns. */
@NullMarked
package dev.nullbox.service;

import org.jspecify.annotations.NullMarked;
