import { stylePresets } from './options.ts'
import {
  common,
  type EmulatedModel,
  type FieldRule,
  PICTURE,
  PROMPT,
  SHARE,
} from './sandbox-fields.ts'

type Fields = Readonly<Record<string, FieldRule>>

const integer = (max: number): FieldRule => ({ kind: 'integer', min: 0, max })
const format: Fields = { output_format: { kind: 'choice', values: ['jpeg', 'png', 'webp'] } }
const style: Fields = { style_preset: { kind: 'choice', values: stylePresets } }
const worded: Fields = { ...common, ...format, image: PICTURE }
const silent: Fields = { ...format, image: PICTURE, seed: common.seed }
const masked: Fields = { grow_mask: integer(20) }
const creativity = (min: number, max: number): Fields => ({
  creativity: { kind: 'number', min, max },
})
const CENTS_7 = 70_000_000n

/**
 * The emulated image services by id on the wire: what each takes
 * (docs.aws.amazon.com, Stability AI Image Services, read 2026-11-26) and costs (LiteLLM price list
 * of 2026-08-01, read 2026-11-20); seconds are the emulator's own.
 */
export const emulatedServices: Readonly<Record<string, EmulatedModel>> = {
  'us.stability.stable-image-erase-object-v1:0': {
    ...{ nano: CENTS_7, seconds: 6, required: ['image'] },
    fields: { ...silent, ...masked, mask: PICTURE },
  },
  'us.stability.stable-image-search-replace-v1:0': {
    ...{ nano: CENTS_7, seconds: 8, required: ['image', 'prompt', 'search_prompt'] },
    fields: { ...worded, ...style, ...masked, search_prompt: PROMPT },
  },
  'us.stability.stable-image-search-recolor-v1:0': {
    ...{ nano: CENTS_7, seconds: 8, required: ['image', 'prompt', 'select_prompt'] },
    fields: { ...worded, ...style, ...masked, select_prompt: PROMPT },
  },
  'us.stability.stable-image-remove-background-v1:0': {
    ...{ nano: CENTS_7, seconds: 3, required: ['image'] },
    fields: { image: PICTURE, output_format: { kind: 'choice', values: ['png', 'webp'] } },
    isTransparent: true,
  },
  'us.stability.stable-image-control-sketch-v1:0': {
    ...{ nano: CENTS_7, seconds: 8, required: ['image', 'prompt'] },
    fields: { ...worded, ...style, control_strength: SHARE },
  },
  'us.stability.stable-image-control-structure-v1:0': {
    ...{ nano: CENTS_7, seconds: 8, required: ['image', 'prompt'] },
    fields: { ...worded, ...style, control_strength: SHARE },
  },
  'us.stability.stable-image-style-guide-v1:0': {
    ...{ nano: CENTS_7, seconds: 8, required: ['image', 'prompt'], pixels: 1_048_576 },
    fields: {
      ...{ ...worded, ...style, fidelity: SHARE },
      aspect_ratio: {
        kind: 'choice',
        values: ['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'],
      },
    },
  },
  'us.stability.stable-outpaint-v1:0': {
    ...{ nano: 60_000_000n, seconds: 7, required: ['image'], output: 'grown' },
    fields: {
      ...{ ...silent, ...style, ...creativity(0.1, 1), prompt: PROMPT },
      ...{ left: integer(2_000), right: integer(2_000), up: integer(2_000), down: integer(2_000) },
    },
  },
  'us.stability.stable-style-transfer-v1:0': {
    ...{ nano: 80_000_000n, seconds: 11, required: ['init_image', 'style_image'] },
    fields: {
      ...{ ...common, ...format, init_image: PICTURE, style_image: PICTURE },
      ...{ style_strength: SHARE, composition_fidelity: SHARE, change_strength: SHARE },
    },
  },
  'us.stability.stable-fast-upscale-v1:0': {
    ...{ nano: 30_000_000n, seconds: 2, required: ['image'], output: 'four_times' },
    fields: { ...format, image: { kind: 'picture', maxPixels: 1_048_576, minEdge: 32 } },
  },
  'us.stability.stable-conservative-upscale-v1:0': {
    ...{ nano: 400_000_000n, seconds: 22, required: ['image', 'prompt'] },
    ...{ fields: { ...worded, ...creativity(0.1, 0.5) }, output: { filledTo: 4_194_304 } },
  },
  'us.stability.stable-creative-upscale-v1:0': {
    ...{ nano: 600_000_000n, seconds: 50, required: ['image', 'prompt'] },
    ...{
      fields: { ...worded, ...style, ...creativity(0.1, 0.5) },
      output: { filledTo: 8_294_400 },
    },
  },
}
