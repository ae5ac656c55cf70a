import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { jsonAnswer } from '../shared/emulator-wire.ts'

/** Forms are good for two minutes (docs.leonardo.ai, guide to presigned URLs, read 2026-11-25). */
const FORM_LIFE_MS = 120_000
/** Emulated time may pass a thousand times faster; clients do not. */
const SHORTEST_LIFE_MS = 30_000
/** Inputs that are kept; the oldest are forgotten. */
const MOST_INPUTS = 200

interface EmulatedInput {
  readonly endsAt: number
  readonly isUploaded: boolean
}

const inputsOf = (kit: EmulatorKit): Map<string, EmulatedInput> =>
  kept(kit, 'inputs', () => new Map<string, EmulatedInput>())

/** `POST /init-image`: a place for a picture, as a form of the storage. */
export function announce(
  { baseUrl }: EmulatorRequest,
  kit: EmulatorKit,
  extension: unknown,
): EmulatorAnswer {
  if (!['png', 'jpg', 'jpeg', 'webp'].includes(String(extension))) {
    const error = 'Invalid file extension. Use png, jpg, jpeg or webp'
    return jsonAnswer(400, { error, path: '$', code: 'unexpected' })
  }
  const id = kit.hexId(32)
  const inputs = inputsOf(kit)
  const lifeMs = Math.max(SHORTEST_LIFE_MS, kit.scaled(FORM_LIFE_MS))
  inputs.set(id, { endsAt: kit.now() + lifeMs, isUploaded: false })
  for (const oldest of inputs.keys()) {
    if (inputs.size <= MOST_INPUTS) break
    inputs.delete(oldest)
  }
  const key = `users/emulated/initImages/${id}.${String(extension)}`
  const fields = JSON.stringify({ key, policy: 'emulated', 'X-Amz-Signature': id })
  return jsonAnswer(200, {
    uploadInitImage: { id, fields, key, url: `${baseUrl}/storage` },
  })
}

/** `POST` to the storage: the fields of the form, then the file. It knows it by its signature. */
export async function store(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const text = (status: number, body: string): EmulatorAnswer => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${body}</Code></Error>`,
  })
  const form = await kit.multipart(request).catch(() => undefined)
  const id = form?.fields.get('X-Amz-Signature')?.[0] ?? ''
  const input = inputsOf(kit).get(id)
  const isEmpty = (form?.files.find(({ name }) => name === 'file')?.bytes.length ?? 0) === 0
  if (input === undefined || isEmpty) return text(400, 'InvalidRequest')
  if (kit.now() > input.endsAt) return text(403, 'AccessDenied')
  inputsOf(kit).set(id, { ...input, isUploaded: true })
  return { status: 204 }
}

/** Whether a picture lies under an id. */
export const isUploaded = (kit: EmulatorKit, id: string): boolean =>
  inputsOf(kit).get(id)?.isUploaded === true
