import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { makeCallPlan } from '../core/catalog/call-plan.ts'
import { fitRequest } from '../core/catalog/fit.ts'
import { type Model, offerName } from '../core/catalog/model.ts'
import { readImageHeader } from '../core/quality/image-header.ts'
import type { ImageRequest, InputImage, Operation, Size } from '../core/request/image-request.ts'
import type { InputBytes, ProviderCall } from '../ports/provider.ts'
import { makesSize } from '../providers/shared/models-file.ts'

/** Inside every provider's bounds for input images. */
const INPUT_EDGE = 1024
const PROMPT = 'a red cup on a wooden table, morning light'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Facts of an input image whose bytes do not matter. */
const sampleInput: InputImage = {
  width: INPUT_EDGE,
  height: INPUT_EDGE,
  digest: '0'.repeat(64),
  format: 'png',
  byteLength: 10_000,
  hasAlpha: false,
}

/** A request for one picture, as cheap as the model has it. */
export function sampleRequest(
  model: Model,
  operation: Operation,
  changes: Partial<ImageRequest> = {},
): ImageRequest {
  const cheapest = model.qualities[0]
  return {
    operation,
    model: offerName(model),
    prompt: PROMPT,
    n: 1,
    images: operation === 'generate' ? [] : [sampleInput],
    ...(operation === 'inpaint' ? { mask: { ...sampleInput, hasAlpha: true } } : {}),
    ...(cheapest === undefined ? {} : { quality: cheapest }),
    needs: [],
    tags: {},
    strict: false,
    cache: 'off',
    cacheIsExplicit: true,
    providerOptions: {},
    ...changes,
  }
}

/**
 * Sizes worth trying: all of a list, one of each resolution class, and of a free rule the default
 * and two other shapes.
 */
export function sampleSizes({ sizes, defaultSize }: Model): readonly Size[] {
  if (sizes.kind === 'list') return sizes.sizes
  if (sizes.kind === 'aspect') {
    const scale = (pixels: number): number =>
      Math.sqrt(pixels / (defaultSize.width * defaultSize.height))
    return (sizes.classes ?? []).map(({ pixels }) => ({
      width: Math.floor(defaultSize.width * scale(pixels)),
      height: Math.floor(defaultSize.height * scale(pixels)),
    }))
  }
  const shapes = [defaultSize, { width: 1536, height: 1024 }, { width: 768, height: 1344 }]
  return shapes.filter((size) => makesSize(sizes, size))
}

/** Real pictures to edit, and masks in both conventions. */
export interface SampleInputs {
  readonly image: InputBytes
  /** Transparent where the edit goes. */
  readonly clearMask: InputBytes
  /** White where the edit goes. */
  readonly whiteMask: InputBytes
}

/** Makes the input pictures: a plain ground, and a mask with a hole in its middle. */
export async function makeSampleInputs(): Promise<SampleInputs> {
  const edge = INPUT_EDGE
  const ground = (background: string) =>
    sharp({ create: { width: edge, height: edge, channels: 4, background } })
  const hole = await sharp({
    create: { width: edge / 2, height: edge / 2, channels: 4, background: '#ffffff' },
  })
    .png()
    .toBuffer()
  const [image, clear, white] = await Promise.all([
    ground('#7a9e7e').removeAlpha().png().toBuffer(),
    ground('#000000')
      .composite([{ input: hole, blend: 'dest-out' }])
      .png()
      .toBuffer(),
    ground('#000000')
      .composite([{ input: hole }])
      .removeAlpha()
      .png()
      .toBuffer(),
  ])
  return { image: inputOf(image), clearMask: inputOf(clear), whiteMask: inputOf(white) }
}

function inputOf(bytes: Uint8Array): InputBytes {
  const header = readImageHeader(bytes)
  if (header === undefined) throw new Error('a sample picture has no header')
  const { width, height, format, hasAlpha } = header
  return { width, height, format, hasAlpha, digest: sha256(bytes), byteLength: bytes.length, bytes }
}

/**
 * Fits a request to a model as the gateway does, and adds the bytes.
 * @throws Error when the model cannot serve what it declares to do.
 */
export function toCall(request: ImageRequest, model: Model, inputs: SampleInputs): ProviderCall {
  const fit = fitRequest(request, model, { isPinned: true })
  if (!fit.ok) throw new Error(`${model.id} refuses the request: ${fit.refusal.reason}`)
  const { images, mask, ...plan } = makeCallPlan(request, model, fit.value, request.n)
  const maskBytes = model.wire.mask === 'white_is_edit' ? inputs.whiteMask : inputs.clearMask
  return {
    ...plan,
    images: images.map(() => inputs.image),
    ...(mask === undefined ? {} : { mask: maskBytes }),
    attemptId: 'att_contract',
    safetyIdentifier: sha256(Buffer.from('contract')),
  }
}
