/* The set-up process: a child of the init that may wait for disks and the host while the init does not. */
#ifndef NULLBOX_SETUP_H
#define NULLBOX_SETUP_H

/* What the init keeps for those who enter the agent's world later, in memory. */
#define STATE_DIRECTORY   "/state"
#define STATE_WORLD       STATE_DIRECTORY "/world"
#define STATE_USER        STATE_DIRECTORY "/user"
#define STATE_WORKDIR     STATE_DIRECTORY "/workdir"
#define STATE_ENVIRONMENT STATE_DIRECTORY "/environment"

/*
 * Fetches the configuration, applies it, makes the agent's world, and ends; what came of it goes to FD_STATUS as
 * reports. Needs the descriptors of world.h in their places.
 */
_Noreturn void run_setup(void);

#endif
