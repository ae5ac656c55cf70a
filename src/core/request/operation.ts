/**
 * What is done with pixels. `inpaint` is an edit with a mask; `control` makes a new picture along
 * the lines of a reference.
 */
export const operations = [
  'generate',
  'edit',
  'inpaint',
  'variation',
  'outpaint',
  'upscale',
  'remove_background',
  'replace_background',
  'erase',
  'search_and_replace',
  'search_and_recolor',
  'control',
  'style_transfer',
] as const
/** See {@link operations}. */
export type Operation = (typeof operations)[number]

/**
 * Operations that the gateway can make with a model that has no call for them, each by which call:
 * a variation is an edit that asks for one, an outpaint an inpaint on a canvas with empty margins.
 */
export const emulations = { variation: 'edit', outpaint: 'inpaint' } as const satisfies {
  readonly [Name in Operation]?: Operation
}
/** See {@link emulations}. */
export type EmulatedOperation = keyof typeof emulations

/** What an operation takes and gives, whoever does it. */
export interface OperationRule {
  /** Input images: at least and at most. */
  readonly images: readonly [least: number, most: number]
  /** A mask must be there, may be there, or is refused. */
  readonly mask: 'required' | 'optional' | 'none'
  /** Whether words are needed; a model may still need more than the operation does. */
  readonly prompt: 'required' | 'optional'
  /** The picture has the size of its first input, or one that the details say: no size is taken. */
  readonly followsInput: boolean
}

/** One picture in, one of a size that follows from it out. */
const onePicture: OperationRule = {
  images: [1, 1],
  mask: 'none',
  prompt: 'required',
  followsInput: true,
}

/** As many input images as a request takes ({@link requestLimits.maxInputImages}). */
const MANY = 16

/** The rule of every operation; a new one without a rule does not compile. */
export const operationRules: { readonly [Name in Operation]: OperationRule } = {
  generate: { ...onePicture, images: [0, 0], followsInput: false },
  edit: { ...onePicture, images: [1, MANY], mask: 'optional', followsInput: false },
  inpaint: { ...onePicture, images: [1, MANY], mask: 'required', followsInput: false },
  variation: { ...onePicture, images: [1, MANY], prompt: 'optional', followsInput: false },
  outpaint: { ...onePicture, prompt: 'optional' },
  upscale: { ...onePicture, prompt: 'optional' },
  remove_background: { ...onePicture, prompt: 'optional' },
  // The second picture shows the new background, in place of words.
  replace_background: { ...onePicture, images: [1, 2] },
  erase: { ...onePicture, mask: 'required', prompt: 'optional' },
  search_and_replace: onePicture,
  search_and_recolor: onePicture,
  control: { ...onePicture, followsInput: false },
  // The first picture gives the content, the second one the style.
  style_transfer: { ...onePicture, images: [2, 2], prompt: 'optional' },
}

/** Prompt of a variation whose caller gave none: OpenAI's retired endpoint took no prompt. */
export const variationPrompt =
  'Create a variation of this image: same subject, style and mood, different details.'
