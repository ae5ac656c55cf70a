import { dollarsFromNano } from '../../core/money.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { Drawing, EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { drawWithFault, jsonAnswer, toBase64 } from '../shared/emulator-wire.ts'
import { refusal, refuse } from './sandbox-errors.ts'
import { readBody } from './sandbox-request.ts'

/** A service that is no model's own: one picture in, one out, and no words. */
export interface EmulatedTool {
  readonly units: number
  readonly seconds: number
  readonly minEdge: number
  /** Times the edges of the input. */
  readonly scale: number
  readonly isTransparent?: true
  readonly takesMask?: true
}

const NANO_PER_UNIT = 1_000_000n
const MAX_EDGE = 4_096
/** The emulator's own: larger pictures than these are not drawn. */
const MAX_OUTPUT_EDGE = 4_096

const tool = { minEdge: 256, scale: 1 } as const

/**
 * The emulated tools. Units and limits: recraft.ai/docs/api-reference/tools, read 2026-11-26;
 * factors and seconds are the emulator's own.
 */
export const emulatedTools: Readonly<Record<string, EmulatedTool>> = {
  '/v1/images/crispUpscale': { units: 4, seconds: 5, minEdge: 32, scale: 4 },
  '/v1/images/creativeUpscale': { ...tool, units: 250, seconds: 22, scale: 4 },
  '/v1/images/removeBackground': { ...tool, units: 10, seconds: 3, isTransparent: true },
  '/v1/images/eraseRegion': { ...tool, units: 2, seconds: 4, takesMask: true },
}

const KNOWN_FIELDS = ['image_format', 'response_format']

/** Uses a tool on the picture of a form. */
export async function useTool(
  request: EmulatorRequest,
  kit: EmulatorKit,
  used: EmulatedTool,
): Promise<EmulatorAnswer> {
  const body = await readBody(request, kit)
  if (body === undefined) return refusal(400, 'bad_request', 'the body could not be read')
  const fault = kit.fault(request, '')
  const early = refuse(fault)
  if (early !== undefined) return early
  const stranger = Object.keys(body.fields).find((name) => !KNOWN_FIELDS.includes(name))
  if (stranger !== undefined) return refusal(400, 'bad_request', `${stranger} is not supported`)
  const [image, mask] = ['image', 'mask'].map((wanted) => {
    const file = body.files.find(({ name }) => name === wanted)
    return file && readImageHeader(file.bytes)
  })
  if (image === undefined) return refusal(400, 'bad_request', 'image is required')
  const edges = [image.width, image.height]
  if (Math.min(...edges) < used.minEdge || Math.max(...edges) > MAX_EDGE) {
    return refusal(400, 'bad_request', 'image size is out of bounds')
  }
  const isMasked = mask?.width === image.width && mask.height === image.height
  if (used.takesMask === true && !isMasked) {
    return refusal(400, 'bad_request', 'mask should have the same size as image')
  }
  const requestId = kit.hexId(24)
  const dollars = dollarsFromNano(BigInt(used.units) * NANO_PER_UNIT)
  kit.bill({ model: request.path, images: 1, dollars, requestId })
  await kit.latency(used.seconds, request.signal)
  const scale = Math.min(used.scale, MAX_OUTPUT_EDGE / Math.max(...edges))
  const drawing: Drawing = {
    width: Math.round(image.width * scale),
    height: Math.round(image.height * scale),
    prompt: '',
    seed: kit.hash(`seed of ${requestId}`),
    format: body.fields.image_format === 'png' ? 'png' : 'webp',
    ...(used.isTransparent === true ? { transparent: true } : {}),
  }
  const picture = { b64_json: toBase64(await drawWithFault(kit, drawing, fault)) }
  const created = Math.floor(kit.now() / 1_000)
  const facts = { created, credits: used.units, image: { image_id: kit.hexId(32), ...picture } }
  return jsonAnswer(200, facts, { 'x-request-id': requestId })
}
