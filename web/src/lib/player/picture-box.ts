/** Where the picture lies within the stage, in pixels, when it is shown whole. */
export interface PictureBox {
  left: number;
  top: number;
  width: number;
  height: number;
  stageHeight: number;
}

interface Size {
  width: number;
  height: number;
}

/** Fits a picture into the stage. A picture without a size fills it. */
export function pictureBox(stage: Size, picture: Size): PictureBox {
  const ratio = picture.width > 0 && picture.height > 0 ? picture.width / picture.height : stage.width / stage.height;
  const width = Math.min(stage.width, stage.height * ratio || 0);
  const height = ratio > 0 ? width / ratio : stage.height;
  return {
    width,
    height,
    left: (stage.width - width) / 2,
    top: (stage.height - height) / 2,
    stageHeight: stage.height,
  };
}
