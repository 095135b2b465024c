package rerank.model.transformer;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a model computes.
 *
 * @param name {@code cpu}, or {@code cuda:} and a number from 0
 */
public record Device(String name) {
    private static final Pattern NAMES = Pattern.compile("cpu|cuda:\\d+");

    public Device {
        if (!NAMES.matcher(name).matches()) {
            throw new IllegalArgumentException("unknown device '" + name + "'; use cpu, or cuda:0, cuda:1, ...");
        }
    }

    /** The processor. */
    public static Device cpu() {
        return new Device("cpu");
    }

    /**
     * Reads a setting: {@code auto} (every GPU that libtorch sees, else the CPU) or names separated by commas.
     *
     * @throws IllegalArgumentException naming what is not known, or a GPU that is not there
     */
    public static List<Device> parse(String setting) {
        int gpus = Program.gpus();
        List<Device> devices = new ArrayList<>();
        if (setting.strip().equalsIgnoreCase("auto")) {
            for (int i = 0; i < gpus; i++) {
                devices.add(new Device("cuda:" + i));
            }
            return devices.isEmpty() ? List.of(cpu()) : devices;
        }
        for (String name : setting.split(",")) {
            Device device = new Device(name.strip());
            if (!device.isCpu() && Integer.parseInt(device.name.substring("cuda:".length())) >= gpus) {
                throw new IllegalArgumentException("device " + device.name + " is not there: libtorch sees " + gpus
                        + " GPUs; the build from Maven Central has none, docs/gpu.md says how to use one that has");
            }
            devices.add(device);
        }
        return devices;
    }

    boolean isCpu() {
        return name.equals("cpu");
    }

    /** What multiplies matrices here. */
    Kernel kernel(Precision precision) {
        if (isCpu()) {
            return precision.kernel();
        }
        if (precision == Precision.INT8) {
            throw new IllegalArgumentException("precision int8 is of CPUs; use bfloat16 on " + name);
        }
        return Kernel.PLAIN;
    }

    /** The array on this device; another one is closed. */
    PtNDArray moved(PtNDArray array, PtNDManager manager) {
        if (isCpu()) {
            return array;
        }
        try (array;
                IValue tensor = IValue.from(array);
                IValue device = IValue.from(name);
                IValue result = Program.decoder().call("moved", tensor, device)) {
            return result.toTensor(manager);
        }
    }

    IValue moved(IValue tensor, Arguments arguments) {
        return isCpu() ? tensor : arguments.own(Program.decoder().call("moved", tensor, arguments.text(name)));
    }
}
