import type { Drawing, EmulatorAnswer, EmulatorKit, EmulatorRequest, Fault } from './emulator.ts'

/** Share of a cut picture that arrives. */
const TRUNCATED_SHARE = 0.6
/** Keys that begin so are refused by every emulator. */
const BAD_KEY = 'invalid'

/** An answer of JSON. */
export const jsonAnswer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

/** The body of a request as JSON; undefined when it is none. */
export function jsonBodyOf({ body }: Pick<EmulatorRequest, 'body'>): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** The bearer key of a request that the emulated service knows; undefined for none or a bad one. */
export function bearerKeyOf({ headers }: Pick<EmulatorRequest, 'headers'>): string | undefined {
  const key = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return key?.startsWith(BAD_KEY) ? undefined : key
}

/**
 * Draws a picture, or what a fault makes of it: text, a part, a blank one, or one of half the
 * width, which is wrong in pixels and in shape.
 */
export async function drawWithFault(
  kit: EmulatorKit,
  drawing: Drawing,
  fault: Fault | undefined,
): Promise<Uint8Array> {
  if (fault === 'not-an-image') return new TextEncoder().encode('this is no picture')
  const bytes = await kit.draw({
    ...drawing,
    ...(fault === 'wrong-size' ? { width: Math.ceil(drawing.width / 2) } : {}),
    ...(fault === 'blank' ? { blank: true } : {}),
  })
  if (fault !== 'truncated') return bytes
  return bytes.subarray(0, Math.floor(bytes.length * TRUNCATED_SHARE))
}

/** Bytes as base64 text. */
export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
