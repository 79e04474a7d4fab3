/**
 * The agents of this appliance and their lives: which there are, the lifecycle as a pure table, the thread that performs
 * it, and each run from its firewall rules to the last trace.
 */
@NullMarked
package dev.nullbox.cage.agent;

import org.jspecify.annotations.NullMarked;
