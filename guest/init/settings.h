/* Kernel settings of the guest: those of a Debian machine, and those that suit a machine with a single tenant. */
#ifndef NULLBOX_SETTINGS_H
#define NULLBOX_SETTINGS_H

/* Applies them; settings that the kernel does not have are skipped. */
void apply_settings(void);

/*
 * Sets the host name: HOSTNAME with '-' for each '_', which host names may not have. Changes it in place. -1 with a
 * reason.
 */
int set_hostname(char *hostname);

/* Limits of the agent's processes. -1 with a reason. */
int set_limits(void);

#endif
