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
  /** Width of each output image, in pixels, as the provider made it. */
  readonly width?: number
  /** Height of each output image, in pixels, as the provider made it. */
  readonly height?: number
  /** `WxH` under which the provider lists the price; width and height stand in when absent. */
  readonly size?: string
  /** Effort level the call was made at; `auto` has no price and must be resolved before. */
  readonly quality?: string
  /** Resolution class: `512`, `1k`, `2k`, `4k`. */
  readonly resolution?: string
  /** Denoising steps of each image. */
  readonly steps?: number
  /** What was done: `generate`, `edit`, `inpaint`, … */
  readonly operation?: string
  /** Megapixels of each output image as billed or reported, whole; wins over width and height. */
  readonly outputMegapixels?: number
  /** Megapixels of all input images together as billed, whole; paid with each output image. */
  readonly inputMegapixels?: number
  /** Tokens of the whole call, whatever the number of images. */
  readonly tokens?: TokenUsage
  /** Credits the provider says the whole call took; wins over the book's credits per image. */
  readonly credits?: number
}
