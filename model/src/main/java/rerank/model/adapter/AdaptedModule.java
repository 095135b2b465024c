package rerank.model.adapter;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The matrices of a layer that an adapter may stand beside, in the order of the layer's computation. */
public enum AdaptedModule {
    Q_PROJ("self_attn"),
    K_PROJ("self_attn"),
    V_PROJ("self_attn"),
    O_PROJ("self_attn"),
    GATE_PROJ("mlp"),
    UP_PROJ("mlp"),
    DOWN_PROJ("mlp");

    private final String parent;

    AdaptedModule(String parent) {
        this.parent = parent;
    }

    /** Its name in {@code target_modules}, for example {@code q_proj}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name of its matrix in a checkpoint, for example {@code model.layers.3.self_attn.q_proj.weight}. */
    public String weight(int layer) {
        return "model.layers." + layer + "." + parent + "." + id() + ".weight";
    }

    /** The name of half of its adapter in a PEFT file; {@code half} is A or B. */
    public String adapterWeight(int layer, char half) {
        return "base_model.model.model.layers." + layer + "." + parent + "." + id() + ".lora_" + half + ".weight";
    }

    /**
     * Reads {@link #id()} back.
     *
     * @throws IllegalArgumentException naming what there is
     */
    public static AdaptedModule of(String id) {
        for (AdaptedModule module : values()) {
            if (module.id().equals(id)) {
                return module;
            }
        }
        throw new IllegalArgumentException("no module is called '" + id + "'; an adapter stands beside "
                + Arrays.stream(values()).map(AdaptedModule::id).collect(Collectors.joining(", ")));
    }
}
