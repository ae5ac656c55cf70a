/**
 * Tokens of one call, by class. Absent means "none of that class", but for the classes that every
 * token-priced call has (prompt, output images): there it means "not known".
 */
export interface TokenUsage {
  /** Prompt tokens, cached ones included. */
  readonly textIn?: number
  /** How many of `textIn` were read from the provider's prompt cache. */
  readonly cachedTextIn?: number
  /** Tokens of the input images, cached ones included. */
  readonly imageIn?: number
  /** How many of `imageIn` were read from the provider's prompt cache. */
  readonly cachedImageIn?: number
  /** Tokens of all output images, partial ones included. */
  readonly imageOut?: number
  /** Tokens of text that came with the images, thinking included. */
  readonly textOut?: number
}

/**
 * What a call consumed, or would consume: the only thing beside the price that decides a charge.
 * One type for all price structures; each reads the fields it needs. Absent means "not known or
 * does not apply", never zero: a structure that needs an absent field refuses to price the call.
 */
export interface Usage {
  /** Images the provider counts. A call that made none has 0. */
  readonly images: number
  /** Width of each output image or video, in pixels, as the provider made it. */
  readonly width?: number
  /** Height of each output image or video, in pixels, as the provider made it. */
  readonly height?: number
  /** `WxH` under which the provider lists the price; width and height stand in when absent. */
  readonly size?: string
  /** Effort level the call was made at; `auto` has no price and must be resolved before. */
  readonly quality?: string
  /** Resolution class: `512`, `1k`, `2k`, `4k`; of a video `720p`, `fhd`, `4k`. */
  readonly resolution?: string
  /** Denoising steps of each image. */
  readonly steps?: number
  /** What was done: `generate`, `edit`, `inpaint`, … */
  readonly operation?: string
  /** Megapixels of each output image as billed or reported; wins over width and height. */
  readonly outputMegapixels?: number
  /** Megapixels of all input images together as billed; paid with each output image. */
  readonly inputMegapixels?: number
  /** Tokens of the whole call, whatever the number of images. */
  readonly tokens?: TokenUsage
  /** Credits the provider says the whole call took; wins over the book's credits per image. */
  readonly credits?: number
  /** Seconds in which the whole call keeps GPUs busy: measured, or estimated before the call. */
  readonly predictSeconds?: number
  /** Seconds the start of a machine takes for this call; 0 when it was warm. */
  readonly startupSeconds?: number
  /** Share of its paid hours, above 0 and up to 1, in which the machine that serves works. */
  readonly utilisation?: number
  /** How the call was bought: `standard`, `priority`, `flex`, `batch`; absent = `standard`. */
  readonly serviceTier?: string
  /** Way of working within an operation: `fast`, `conservative`, `creative`, `draft`. */
  readonly mode?: string
  /** ControlNets that steer each image. */
  readonly controlnets?: number
  /** LoRA models applied to each image. */
  readonly loras?: number
  /** Input images of the call: pictures to edit and references alike. */
  readonly references?: number
  /** Fonts that were paid for to write text into each image. */
  readonly fonts?: number
  /** Searches on the web that the whole call made before painting. */
  readonly searches?: number
  /** Share of the picture, 0 to 1, that the mask marks for change. */
  readonly maskFraction?: number
  /** `WxH` of the smallest rectangle around what the mask marks, in pixels of the picture. */
  readonly maskBox?: string
  /** How many times longer the edges become: 4 makes 4096 pixels of 1024. */
  readonly scaleFactor?: number
  /** Seconds of each output video; `images` then counts videos. */
  readonly videoSeconds?: number
  /** Seconds of video that go into each output video; 0 when it is made from text or images. */
  readonly inputVideoSeconds?: number
  /** Frames per second of each output video. */
  readonly framesPerSecond?: number
  /** Whether output videos have sound. */
  readonly hasAudio?: boolean
  /** Tokens of video the provider says the whole call took; wins over seconds and pixels. */
  readonly videoTokens?: number
}
