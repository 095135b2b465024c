package rerank.model.encoder;

import java.util.Arrays;
import java.util.Optional;
import rerank.model.transformer.Program;

/** The encoders there are: what they are called in a checkpoint, and their program. */
enum Family {
    BERT("bert", "BertForSequenceClassification", "Bert"),
    ELECTRA("electra", "ElectraForSequenceClassification", "Electra"),
    MODERNBERT("modernbert", "ModernBertForSequenceClassification", "ModernBert");

    private final String modelType;
    private final String architecture;
    private final String className;

    Family(String modelType, String architecture, String className) {
        this.modelType = modelType;
        this.architecture = architecture;
        this.className = className;
    }

    /** The family that calls itself so in {@code model_type}. */
    static Optional<Family> of(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    /** As {@code model_type} says it. */
    String modelType() {
        return modelType;
    }

    /** The class of the reference implementation that has a head for classes. */
    String architecture() {
        return architecture;
    }

    /** Loads its forward pass. */
    Program load() {
        return Program.load(className, modelType + ".py", "encoder.py");
    }
}
