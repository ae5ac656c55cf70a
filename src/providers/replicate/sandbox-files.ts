import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { json, notFound, problem } from './sandbox-answers.ts'
import type { FileReader } from './sandbox-input.ts'

interface EmulatedFile {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly contentType: string
  readonly bytes: Uint8Array
  readonly createdAt: number
  readonly expiresAt: number
}

/** Files live for a day and have at most 100 MB (replicate.com/docs, read 2026-11-20). */
const LIFE_MS = 24 * 3_600_000
const MAX_BYTES = 100 * 1_024 * 1_024
/** Files that are kept; the emulator's own. */
const MAX_FILES = 1_000

/** `POST /files`, `GET /files`, `GET` and `DELETE /files/{id}`. */
export async function answerFiles(
  request: EmulatorRequest,
  kit: EmulatorKit,
  key: string,
): Promise<EmulatorAnswer> {
  const { method, path, baseUrl } = request
  const files = filesOf(kit)
  const mine = [...files.values()].filter((file) => file.key === key)
  if (path === '/v1/files') {
    if (method === 'POST') return upload(request, kit, key)
    const results = mine.toReversed().map((file) => printFile(file, baseUrl))
    return json(200, { previous: null, next: null, results })
  }
  const file = files.get(path.slice('/v1/files/'.length))
  if (file === undefined || file.key !== key || file.expiresAt <= kit.now()) return notFound()
  if (method === 'GET') return json(200, printFile(file, baseUrl))
  if (method !== 'DELETE') return notFound()
  files.delete(file.id)
  return { status: 204 }
}

async function upload(
  request: EmulatorRequest,
  kit: EmulatorKit,
  key: string,
): Promise<EmulatorAnswer> {
  let form: Awaited<ReturnType<EmulatorKit['multipart']>>
  try {
    form = await kit.multipart(request)
  } catch {
    return problem(400, 'Invalid request', 'The request body is not a valid form.')
  }
  const content = form.files.find(({ name }) => name === 'content')
  if (content === undefined) return problem(400, 'Invalid request', 'Missing content')
  if (content.bytes.length > MAX_BYTES) {
    return problem(413, 'Request too large', 'Files may have at most 100 MB.')
  }
  const createdAt = kit.now()
  const file: EmulatedFile = {
    id: kit.hexId(40),
    key,
    name: content.filename,
    contentType: content.contentType,
    bytes: content.bytes,
    createdAt,
    expiresAt: createdAt + kit.scaled(LIFE_MS),
  }
  const files = filesOf(kit)
  files.set(file.id, file)
  for (const id of files.keys()) {
    if (files.size > MAX_FILES) files.delete(id)
  }
  return json(201, printFile(file, request.baseUrl))
}

const printFile = (file: EmulatedFile, baseUrl: string): object => ({
  id: file.id,
  name: file.name,
  content_type: file.contentType,
  size: file.bytes.length,
  created_at: new Date(file.createdAt).toISOString(),
  expires_at: new Date(file.expiresAt).toISOString(),
  metadata: {},
  urls: { get: `${baseUrl}/v1/files/${file.id}` },
})

/** Reads links to files that were uploaded here. One that is gone has no bytes: no picture. */
export const fileReader =
  (kit: EmulatorKit, baseUrl: string): FileReader =>
  (link) => {
    const prefix = `${baseUrl}/v1/files/`
    if (!link.startsWith(prefix)) return undefined
    const file = filesOf(kit).get(link.slice(prefix.length))
    const isThere = file !== undefined && file.expiresAt > kit.now()
    return isThere ? file.bytes : new Uint8Array()
  }

const filesOf = (kit: EmulatorKit): Map<string, EmulatedFile> =>
  kept(kit, 'files', () => new Map<string, EmulatedFile>())
