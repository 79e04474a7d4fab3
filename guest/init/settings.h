/* Settings of the guest's kernel that a Debian machine has too, or that an agent needs since nobody else is there. */
#ifndef NULLBOX_SETTINGS_H
#define NULLBOX_SETTINGS_H

/* Sets them; what the kernel does not have is passed over. */
void apply_settings(void);

/* The host name: HOSTNAME with '-' for each '_', which is no letter of one. Changes it in place. -1 with a reason. */
int set_hostname(char *hostname);

/* Limits of the agent's processes. -1 with a reason. */
int set_limits(void);

#endif
