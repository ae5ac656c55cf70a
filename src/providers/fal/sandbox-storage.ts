import { isObject } from '../../core/json.ts'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { detail, json, readJson } from './sandbox-answers.ts'
import type { FileReader } from './sandbox-input.ts'

/** Files that are kept; the emulator's own. */
const MAX_FILES = 1_000

interface EmulatedFile {
  readonly contentType: string
  readonly bytes: Uint8Array | undefined
}

/** `POST /storage/upload/initiate` of rest.fal.ai: a place to put a file, and its later link. */
export function startUpload({ body, baseUrl }: EmulatorRequest, kit: EmulatorKit): EmulatorAnswer {
  const given = readJson(body)
  const { content_type: contentType, file_name: name } = isObject(given) ? given : {}
  if (typeof contentType !== 'string' || typeof name !== 'string') {
    return detail(422, 'content_type and file_name are required')
  }
  const place = `${kit.hexId(16)}/${name.replace(/[^A-Za-z0-9._-]/g, '_')}`
  const files = filesOf(kit)
  files.set(place, { contentType, bytes: undefined })
  for (const old of files.keys()) {
    if (files.size > MAX_FILES) files.delete(old)
  }
  return json(200, {
    upload_url: `${baseUrl}/upload/${place}`,
    file_url: `${baseUrl}/files/${place}`,
  })
}

/** `PUT` to the place of an upload, and `GET` of its link; neither needs a key. */
export function answerFile(
  { method, path, body }: EmulatorRequest,
  kit: EmulatorKit,
): EmulatorAnswer {
  const [, kind, place = ''] = /^\/(upload|files)\/(.+)$/.exec(path) ?? []
  const file = filesOf(kit).get(place)
  if (file === undefined) return detail(404, 'Not Found')
  if (kind === 'upload' && method === 'PUT') {
    filesOf(kit).set(place, { ...file, bytes: body })
    return json(200, {})
  }
  if (kind !== 'files' || method !== 'GET' || file.bytes === undefined) {
    return detail(404, 'Not Found')
  }
  return { status: 200, headers: { 'content-type': file.contentType }, body: file.bytes }
}

/** Reads links to files that were uploaded here. One that is not there has no bytes: no picture. */
export const fileReader =
  (kit: EmulatorKit, baseUrl: string): FileReader =>
  (link) => {
    const prefix = `${baseUrl}/files/`
    if (!link.startsWith(prefix)) return undefined
    return filesOf(kit).get(link.slice(prefix.length))?.bytes ?? new Uint8Array()
  }

const filesOf = (kit: EmulatorKit): Map<string, EmulatedFile> =>
  kept(kit, 'files', () => new Map<string, EmulatedFile>())
