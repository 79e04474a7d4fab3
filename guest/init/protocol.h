/*
 * Constants of the guest protocol between cage and a guest, version 1, one number a line. dev.nullbox.protocol.guest
 * has the same ones, and a test compares the two. A frame is a big-endian u32 (bytes of the payload), one byte (kind),
 * the payload. CALL and ANSWER: one byte (op), a big-endian u32 (id, 0 = no answer wanted), fields. A field: one byte
 * (tag), a big-endian u32 (bytes), the bytes; numbers are 8 bytes, big-endian.
 */
#ifndef NULLBOX_PROTOCOL_H
#define NULLBOX_PROTOCOL_H

#define PROTOCOL_VERSION  1
#define VSOCK_PORT        7000
#define MAX_PAYLOAD       262144
#define MAX_CONFIGURATION 8388608

/* Kinds of frames. */
#define FRAME_CALL   1
#define FRAME_ANSWER 2
#define FRAME_STDIN  3
#define FRAME_STDOUT 4
#define FRAME_STDERR 5
#define FRAME_END    6
#define FRAME_RESIZE 7
#define FRAME_SIGNAL 8
#define FRAME_EXIT   9
#define FRAME_CREDIT 10

/* Purposes of a connection, in its first call. */
#define ROLE_INIT   1
#define ROLE_CONFIG 2
#define ROLE_OUTPUT 3
#define ROLE_TOOLS  4
#define ROLE_STREAM 5

/* Operations of calls. */
#define OP_HELLO     1
#define OP_SETUP     2
#define OP_WORD      3
#define OP_ENV       4
#define OP_FILE      5
#define OP_SECRET    6
#define OP_HEARTBEAT 7
#define OP_STARTED   8
#define OP_WIPE      9
#define OP_STOP      10
#define OP_TOOLS     11
#define OP_TIME      12
#define OP_CHECK     13
#define OP_EXEC      14
#define OP_GO        15
#define OP_REPAIR    16
#define OP_COPY      17
#define OP_DIAL      18
#define OP_TRUST     19

/* Tags of fields. */
#define TAG_VERSION  1
#define TAG_ROLE     2
#define TAG_TOKEN    3
#define TAG_ERROR    4
#define TAG_NAME     5
#define TAG_PATH     6
#define TAG_DATA     7
#define TAG_MODE     8
#define TAG_UID      9
#define TAG_GID      10
#define TAG_TEXT     11
#define TAG_HOW      12
#define TAG_CODE     13
#define TAG_SIGNAL   14
#define TAG_MILLIS   15
#define TAG_NANOS    16
#define TAG_HOSTNAME 17
#define TAG_ADDRESS  18
#define TAG_PREFIX   19
#define TAG_GATEWAY  20
#define TAG_MTU      21
#define TAG_USER     22
#define TAG_WORKDIR  23
#define TAG_ROOT     24
#define TAG_AGENT    25
#define TAG_MEMORY   26
#define TAG_WRITE    27
#define TAG_READ     28
#define TAG_PORT     29
#define TAG_WORD     30
#define TAG_ENV      31
#define TAG_DNS      32
#define TAG_APPEND   33
#define TAG_MACHINE  34
#define TAG_TERMINAL 35
#define TAG_ROWS     36
#define TAG_COLUMNS  37
#define TAG_PIDS     38
#define TAG_DISK     39
#define TAG_STREAMS  40

/* Values of ROOT. */
#define ROOT_EPHEMERAL  1
#define ROOT_PERSISTENT 2
#define ROOT_READ_ONLY  3

/* Ways in which a run ended. */
#define HOW_EXITED         1
#define HOW_SIGNALLED      2
#define HOW_OUT_OF_MEMORY  3
#define HOW_REBOOT         4
#define HOW_POWER_OFF      5
#define HOW_NOT_FOUND      6
#define HOW_NOT_EXECUTABLE 7
#define HOW_SETUP          8

#endif
