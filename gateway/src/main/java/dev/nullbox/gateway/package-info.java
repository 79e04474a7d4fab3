/** The appliance's listener for operators: mutual TLS, behind which each call goes to the service that answers it. */
@NullMarked
package dev.nullbox.gateway;

import org.jspecify.annotations.NullMarked;
