import type { CallPlan } from '../core/catalog/call-plan.ts'
import { readImageHeader } from '../core/quality/image-header.ts'
import type { InputImage, Size } from '../core/request/image-request.ts'
import type { Expansion } from '../core/request/operation-details.ts'
import type { InputBytes } from '../ports/provider.ts'
import type { Dependencies } from './dependencies.ts'

/** The pictures of a call, with their bytes. */
export interface InputPictures {
  readonly images: readonly InputBytes[]
  readonly mask?: InputBytes
}

/**
 * Reads the pictures of a call; undefined when one of them is no longer stored, or when a mask that
 * was shrunk is not as large as its picture any more.
 */
export async function loadPictures(
  { images, mask }: CallPlan,
  deps: Dependencies,
): Promise<InputPictures | undefined> {
  const loaded: InputBytes[] = []
  for (const image of images) {
    const bytes = await load(image, deps)
    if (bytes === undefined) return undefined
    loaded.push(bytes)
  }
  if (mask === undefined) return { images: loaded }
  const bytes = await load(mask, deps)
  if (bytes === undefined || (mask.isShrunk && !isAsLarge(bytes, loaded[0]))) return undefined
  return { images: loaded, mask: bytes }
}

/**
 * The picture of a call on a larger canvas, and a mask over what was added: so a model that paints
 * under a mask can grow a picture.
 */
export async function padPicture(
  { images: [image] }: CallPlan,
  margins: Expansion,
  deps: Dependencies,
): Promise<InputPictures | undefined> {
  const bytes = image && (await deps.images.get(image.digest))
  if (bytes === undefined) return undefined
  const canvas = await deps.decoder.pad(bytes, margins)
  return { images: [describe(canvas.image, deps)], mask: describe(canvas.mask, deps) }
}

async function load(image: InputImage, deps: Dependencies): Promise<InputBytes | undefined> {
  const bytes = await deps.images.get(image.digest)
  if (bytes === undefined) return undefined
  return image.isShrunk === true ? shrink(bytes, image, deps) : { ...image, bytes }
}

const isAsLarge = ({ width, height }: Size, other: Size | undefined): boolean =>
  width === other?.width && height === other.height

/** Scaled by the longer edge, so that a photo whose camera lay on its side is not cropped. */
async function shrink(
  bytes: Uint8Array,
  { width, height, format }: InputImage,
  deps: Dependencies,
): Promise<InputBytes> {
  const edge = Math.max(width, height)
  const resize = { width: edge, height: edge }
  return describe(await deps.decoder.convert(bytes, { resize, isWhole: true, format }), deps)
}

function describe(bytes: Uint8Array, { sha256 }: Dependencies): InputBytes {
  const header = readImageHeader(bytes)
  if (header === undefined) throw new TypeError('a canvas is no picture')
  const { format, width, height, hasAlpha } = header
  const byteLength = bytes.length
  return { bytes, digest: sha256(bytes), byteLength, format, width, height, hasAlpha }
}

/** OpenAI's masks edit where they are transparent; others' where they are white, or black. */
export async function turnMask(
  mask: InputBytes,
  plan: CallPlan,
  deps: Dependencies,
): Promise<InputBytes> {
  const { mask: convention } = plan.model.wire
  if (convention !== 'white_is_edit' && convention !== 'black_is_edit') return mask
  const bytes =
    convention === 'white_is_edit'
      ? await deps.decoder.whiteMask(mask.bytes)
      : await deps.decoder.blackMask(mask.bytes)
  const digest = deps.sha256(bytes)
  return { ...mask, bytes, digest, byteLength: bytes.length, format: 'png', hasAlpha: false }
}
