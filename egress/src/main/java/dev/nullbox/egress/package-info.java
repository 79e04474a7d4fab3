/** Manifest -> RuleSet -> nftables; default drop. */
@NullMarked
package dev.nullbox.egress;

import org.jspecify.annotations.NullMarked;
