package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.ANY;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;
import static dev.nullbox.protocol.FieldType.whole;

import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import java.util.List;

/** Methods and events of PID 1. */
public final class NulldContract {
    static final Contract CONTRACT = new Contract(Service.NULLD);

    /** Most records in one answer. */
    public static final int MAX_RECORDS = 500;

    private static final int MAX_WAIT_MS = 10_000;

    public static final Field<Long> SINCE_S = Field.of("since_s", whole(0, Long.MAX_VALUE, "s"), "in this state");
    public static final Field<Long> RESTARTS = Field.of("restarts", FieldType.COUNT, "");
    public static final Field<String> ERROR = Field.of("error", TEXT, "");
    public static final Field<Boolean> REQUIRED = Field.of("required", TRUTH, "the appliance is degraded without it");
    public static final FieldType.Struct SERVICE_STATE =
            struct(Fields.NAME, Fields.STATE, Fields.PID.optional(), RESTARTS, SINCE_S, ERROR.optional(), REQUIRED);
    public static final Field<Long> UPTIME_S = Field.of("uptime_s", whole(0, Long.MAX_VALUE, "s"), "");
    public static final Field<String> KERNEL = Field.of("kernel", TEXT, "its release");
    public static final Field<String> VERSION = Field.of("version", TEXT, "NullBox's own");
    public static final Field<String> DATA = Field.of("data", TEXT, "the file system that state lies on, or memory");
    public static final Field<List<Message>> SERVICES = Field.of("services", listOf(SERVICE_STATE), "");

    public static final Field<Long> AFTER =
            Field.of("after", FieldType.COUNT, "the last record that is known").otherwise(0L);
    public static final Field<Long> MAX =
            Field.of("max", whole(1, MAX_RECORDS, ""), "records at most").otherwise((long) MAX_RECORDS);
    public static final Field<Long> WAIT_MS = Field.of(
                    "wait_ms", whole(0, MAX_WAIT_MS, "ms"), "for a record, when there is none yet")
            .otherwise(0L);
    public static final Field<String> SOURCE = Field.of("source", TEXT, "the service that said it");
    public static final Field<List<Object>> RECORDS =
            Field.of("records", listOf(ANY), "each {seq, t, source, text} or {seq, t, source, event, its fields}");
    public static final Field<Long> NEXT =
            Field.of("next", FieldType.COUNT, "what to give as after with the next call");
    /** Members of a record, which is kept as text. */
    public static final Field<Double> T = Field.of("t", new FieldType.Real(), "seconds since the kernel's start");

    public static final Field<String> TEXT_LINE = Field.of("text", TEXT, "a line for people");
    public static final Field<String> EVENT = Field.of("event", TEXT, "the event's name");

    public static final Field<String> BUS = Field.of("bus", TEXT, "pci or usb");
    public static final Field<String> SLOT = Field.of("slot", TEXT, "its place on the bus, as Linux names it");
    public static final Field<String> ID = Field.of("id", TEXT, "maker and product, in hexadecimal digits");
    public static final Field<String> KIND = Field.of("kind", TEXT, "what it is for, by its class");
    public static final Field<String> DRIVER = Field.of("driver", TEXT, "none when this kernel has no driver for it");
    public static final Field<List<Message>> DEVICES =
            Field.of("devices", listOf(struct(KIND, ID, BUS, SLOT, DRIVER.optional())), "");

    public static final Method<Message> STATUS = CONTRACT.operators(
                    "nulld.status",
                    Effect.READ,
                    struct(UPTIME_S, Fields.STATE, Fields.REASON.optional(), KERNEL, VERSION, DATA, SERVICES),
                    "the appliance's state: starting, ready, degraded or stopping")
            .with();
    public static final Method<Message> HARDWARE = CONTRACT.operators(
                    "nulld.hardware",
                    Effect.READ,
                    struct(DEVICES),
                    "the devices on PCI and USB, those without a driver first")
            .with();
    public static final Method<Message> SHUTDOWN = CONTRACT.operators(
                    "nulld.shutdown", Effect.CHANGE, struct(), "stops all and switches the power off")
            .with();
    public static final Method<Message> REBOOT = CONTRACT.operators(
                    "nulld.reboot", Effect.CHANGE, struct(), "stops all and restarts the machine")
            .with();
    public static final Method<Message> SERVICE_START = service("nulld.service.start", "starts a service");
    public static final Method<Message> SERVICE_STOP = service("nulld.service.stop", "stops a service");
    public static final Method<Message> SERVICE_RESTART = service("nulld.service.restart", "stops and starts it");
    public static final Method<Message> LOGS = CONTRACT.operators(
                    "nulld.logs", Effect.READ, struct(RECORDS, NEXT), "what PID 1 and the services said")
            .with(AFTER, MAX, WAIT_MS, SOURCE.optional());

    public static final Field<Long> SIZE = Field.of("size_bytes", FieldType.COUNT, "");
    public static final Field<String> MODEL = Field.of("model", TEXT, "as its maker names it");
    public static final Field<String> USE = Field.of("use", TEXT, "why it cannot be written; absent when it can");
    public static final Field<Boolean> IS_MEDIUM = Field.of("medium", TRUTH, "whether the appliance runs from it");
    public static final Field<String> LABEL = Field.of("label", TEXT, "of its entry in the partition table");
    public static final Field<List<Message>> PARTITIONS =
            Field.of("partitions", listOf(struct(Fields.NAME, SIZE, LABEL)), "");
    public static final Field<List<Message>> DISKS =
            Field.of("disks", listOf(struct(Fields.NAME, SIZE, MODEL, USE.optional(), IS_MEDIUM, PARTITIONS)), "");
    public static final Field<String> DISK = Field.of("disk", new FieldType.Text(1, 64), "its name, as nvme0n1");
    public static final Field<Long> DONE = Field.of("done", FieldType.COUNT, "bytes of the work that are done");
    public static final Field<Long> TOTAL = Field.of("total", FieldType.COUNT, "bytes of the whole work");
    public static final Field<Boolean> RUNNING = Field.of("running", TRUTH, "whether it goes on");

    public static final Method<Message> DISK_LIST = CONTRACT.operators(
                    "nulld.disk_list", Effect.READ, struct(DISKS), "the machine's disks, and what uses them")
            .with();
    public static final Method<Message> DISK_INSTALL = CONTRACT.operators(
                    "nulld.disk_install",
                    Effect.CHANGE,
                    struct(TOTAL),
                    "begins to copy the boot medium to a disk, which then boots by itself and keeps its state; all that"
                            + " is on the disk is lost")
            .with(DISK);
    public static final Method<Message> DISK_FORMAT = CONTRACT.operators(
                    "nulld.disk_format",
                    Effect.CHANGE,
                    struct(TOTAL),
                    "begins to make the data partition of a whole disk, in use from the next boot on; all that is on the"
                            + " disk is lost")
            .with(DISK);
    public static final Method<Message> DISK_WORK = CONTRACT.operators(
                    "nulld.disk_work",
                    Effect.READ,
                    struct(DISK, DONE, TOTAL, RUNNING, ERROR.optional()),
                    "how far the latest work on a disk is; waits for its end")
            .with(WAIT_MS);

    public static final Field<String> PHASE = Field.of("phase", TEXT, "");
    public static final Field<String> WHERE = Field.of("where", TEXT, "where state is kept");
    public static final Field<String> TYPE = Field.of("type", TEXT, "of the file system there");
    public static final Field<String> LACKS =
            Field.of("lacks", TEXT, "what a data partition of a former appliance cannot do");
    public static final Field<String> DEVICE = Field.of("device", TEXT, "what holds the root file system");
    public static final Field<Long> COUNT = Field.of("count", FieldType.COUNT, "services of the appliance");
    public static final Field<String> SERVICE = Field.of("service", TEXT, "");
    public static final Field<Long> ATTEMPT = Field.of("attempt", FieldType.COUNT, "");
    public static final Field<Long> RETRY_MS = Field.of("retry_ms", whole(0, Long.MAX_VALUE, "ms"), "");
    public static final Field<Long> OUT_OF_MEMORY_MIB =
            Field.of("out_of_memory_mib", whole(0, Long.MAX_VALUE, "MiB"), "the limit that it met");

    public static final Event STARTED =
            CONTRACT.event("nulld.started", "PID 1 runs").with(Fields.PID, KERNEL);
    public static final Event BOOT_PHASE = CONTRACT.event("boot.phase", "a phase of the boot is over")
            .with(
                    PHASE,
                    Fields.OK,
                    Fields.MS,
                    ERROR.optional(),
                    Fields.NAME.optional(),
                    WHERE.optional(),
                    TYPE.optional(),
                    LACKS.optional(),
                    DEVICE.optional(),
                    COUNT.optional());
    public static final Event READY =
            CONTRACT.event("appliance.ready", "every service is ready").with(Fields.MS);
    public static final Event DEGRADED = CONTRACT.event("appliance.degraded", "the appliance lacks something")
            .with(Fields.REASON);
    public static final Event SERVICE_STARTING =
            CONTRACT.event("service.starting", "a service's process runs").with(SERVICE, Fields.PID, ATTEMPT);
    public static final Event SERVICE_READY =
            CONTRACT.event("service.ready", "it answers").with(SERVICE, Fields.PID);
    public static final Event SERVICE_EXITED = CONTRACT.event("service.exited", "its process ended")
            .with(SERVICE, Fields.PID, Fields.CODE.optional(), Fields.SIGNAL.optional(), OUT_OF_MEMORY_MIB.optional());
    public static final Event SERVICE_FAILED =
            CONTRACT.event("service.failed", "it will be tried again").with(SERVICE, Fields.WHY, ATTEMPT, RETRY_MS);
    public static final Event SERVICE_STOPPED =
            CONTRACT.event("service.stopped", "it was stopped").with(SERVICE, Fields.PID.optional());
    public static final Event SHUTDOWN_PHASE =
            CONTRACT.event("shutdown.phase", "a phase of the shutdown begins").with(PHASE);

    private NulldContract() {}

    private static Method<Message> service(String name, String meaning) {
        return CONTRACT.operators(name, Effect.CHANGE, struct(Fields.NAME, Fields.STATE), meaning)
                .with(Fields.NAME);
    }
}
