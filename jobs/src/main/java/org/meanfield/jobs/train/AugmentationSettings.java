package org.meanfield.jobs.train;

import java.util.List;
import java.util.Optional;
import org.meanfield.config.Setting;
import org.meanfield.config.Settings;
import org.meanfield.image.Augmentation;
import org.meanfield.image.CropPolicy;
import org.meanfield.image.FlipPolicy;

/** How images are altered in training: the {@code augmentation.*} settings. */
final class AugmentationSettings {
  static final Setting<CropPolicy> CROP =
      Setting.choice("augmentation.crop", CropPolicy.class)
          .defaultsTo(CropPolicy.PADDED)
          .means(
              "What of an image the network sees in training: 'padded' moves it by up to"
                  + " augmentation.padding; 'resized' takes a random part, 8 to 100 % of the area"
                  + " with sides from 3:4 to 4:3, of the image as it was ingested, as is usual for"
                  + " photographs. The latter keeps encoded images on the executors.");
  static final Setting<Optional<Integer>> PADDING =
      Setting.integer("augmentation.padding")
          .atLeast(0)
          .optional()
          .means(
              "Pixels of mirror padding before a random crop. Default: an eighth of the height for"
                  + " colour images, 0 for grey ones and with augmentation.crop = resized.");
  static final Setting<Optional<FlipPolicy>> FLIP =
      Setting.choice("augmentation.flip", FlipPolicy.class)
          .optional()
          .means(
              "Random mirroring. Default: horizontal for colour images, none for grey ones, such as"
                  + " digits.");
  static final Setting<Integer> CUTOUT =
      Setting.integer("augmentation.cutout")
          .atLeast(0)
          .defaultsTo(0)
          .means("Side of a randomly placed square that is covered, in pixels; 0 for none.");

  private AugmentationSettings() {}

  /** All of them, in the order of the documentation. */
  static List<Setting<?>> declared() {
    return List.of(CROP, PADDING, FLIP, CUTOUT);
  }

  /** The augmentation for images of a height and a number of channels. */
  static Augmentation from(Settings settings, int height, int channels) {
    boolean grey = channels == 1;
    CropPolicy crop = settings.get(CROP);
    return new Augmentation(
        crop,
        settings.get(PADDING).orElse(grey || crop == CropPolicy.RESIZED ? 0 : height / 8),
        settings.get(FLIP).orElse(grey ? FlipPolicy.NONE : FlipPolicy.HORIZONTAL),
        settings.get(CUTOUT));
  }
}
