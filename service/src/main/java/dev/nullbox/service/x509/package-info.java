/** Certificates that the appliance makes itself, of authorities that live as long as an agent's run. */
@NullMarked
package dev.nullbox.service.x509;

import org.jspecify.annotations.NullMarked;
