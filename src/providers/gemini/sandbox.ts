import { isObject } from '../../core/json.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
} from '../shared/emulator.ts'
import { endingOf, printAnswer, printBlocked, streamChunks, type Work } from './sandbox-answer.ts'
import { isOfBatches, routeBatches } from './sandbox-batches.ts'
import { bill, countTokens } from './sandbox-bill.ts'
import {
  badArgument,
  badKey,
  errorBody,
  noKey,
  noSuchModel,
  noSuchPath,
  serverError,
} from './sandbox-errors.ts'
import { earlyFault } from './sandbox-faults.ts'
import { inCamelCase } from './sandbox-fields.ts'
import { predict } from './sandbox-imagen.ts'
import { describeModel, listModels, modelAt } from './sandbox-models.ts'
import { type ContentRequest, readContentRequest } from './sandbox-request.ts'

/** How much dearer than its size a picture is under the fault `cost-differs`. */
const DRIFT_FACTOR = 1.5

/** Emulates the image models of Google's Gemini API, strict about fields. */
export default defineEmulator({
  id: 'gemini',
  basePath: '/v1beta',
  async handle(request, kit) {
    const key = request.headers['x-goog-api-key'] ?? request.query.get('key') ?? ''
    if (key === '') return noKey()
    if (key.startsWith('invalid')) return badKey()
    if (isOfBatches(request.path)) {
      return routeBatches(request, kit, (line, inner) => {
        const [, model = ''] = /models\/([^/:]+):/.exec(line.path) ?? []
        return run({ ...line, method: 'POST' }, inner, model, 'generateContent')
      })
    }
    const [, name, method] = /^\/v1beta\/models(?:\/([^/:]+)(?::(\w+))?)?$/.exec(request.path) ?? []
    if (request.method === 'GET' && method === undefined) return read(request, name, kit)
    if (request.method !== 'POST' || name === undefined || method === undefined) return noSuchPath()
    return run(request, kit, name, method)
  },
})

const json = (value: unknown): EmulatorAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify(value, null, 2),
})

function read(
  { path }: EmulatorRequest,
  name: string | undefined,
  kit: EmulatorKit,
): EmulatorAnswer {
  if (path === '/v1beta/models') return json({ models: listModels(kit.now()) })
  const found = name === undefined ? undefined : modelAt(name, kit.now())
  return found === undefined ? noSuchPath() : json(describeModel(found))
}

async function run(
  request: EmulatorRequest,
  kit: EmulatorKit,
  name: string,
  method: string,
): Promise<EmulatorAnswer> {
  const body = inCamelCase(parseJson(request.body))
  if (!isObject(body)) return badArgument('Invalid JSON payload received. Expected an object.')
  const subject = modelAt(name, kit.now())
  const wanted = method === 'predict' ? 'predict' : 'generateContent'
  if (subject?.method !== wanted) return noSuchModel(name, method)
  if (method === 'predict') return predict(request, body, subject, kit)
  const read = readContentRequest(body, subject)
  if (!read.ok) return read.refusal
  const asked = read.value
  if (method === 'countTokens') {
    const { text, image } = countTokens(asked, kit, 1)
    return json({ totalTokens: text + image })
  }
  if (method !== 'generateContent' && method !== 'streamGenerateContent') {
    return noSuchModel(name, method)
  }
  return answer(request, kit, asked, method === 'streamGenerateContent')
}

async function answer(
  request: EmulatorRequest,
  kit: EmulatorKit,
  asked: ContentRequest,
  isStreamed: boolean,
): Promise<EmulatorAnswer> {
  const { id, typicalSeconds } = asked.subject.model
  const fault = kit.fault(request, asked.prompt)
  const early = earlyFault(fault, id, 'generateContent')
  if (early !== undefined) return early
  if (fault === 'error-in-200') return json(errorBody(500, 'An internal error has occurred.'))
  const counted = countTokens(asked, kit, fault === 'cost-differs' ? DRIFT_FACTOR : 1)
  // Words instead of a picture cost what words cost.
  const tokens = fault === 'empty' ? { ...counted, imageOut: 0, textOut: 18 } : counted
  const work: Work = { asked, tokens, fault, kit, responseId: kit.hexId(22) }
  if (fault === 'moderate-input') {
    const blocked = printBlocked(work)
    return isStreamed ? respond(request, [blocked]) : json(blocked)
  }
  bill(asked, tokens, kit, work.responseId)
  const seconds = asked.imageSize === '4K' ? typicalSeconds * 2 : typicalSeconds
  await kit.latency(seconds, request.signal)
  if (fault === 'server-error-billed') return serverError()
  if (isStreamed) return respond(request, streamChunks(work))
  return json(printAnswer(work, await endingOf(work)))
}

/** Events when the client asks for them (`alt=sse`), else one JSON list that grows. */
function respond(
  { query }: EmulatorRequest,
  chunks: AsyncIterable<object> | readonly object[],
): EmulatorAnswer {
  const isEvents = query.get('alt') === 'sse'
  const type = isEvents ? 'text/event-stream' : 'application/json; charset=UTF-8'
  const body = isEvents ? printEvents(chunks) : printList(chunks)
  return { status: 200, headers: { 'content-type': type }, body }
}

async function* printEvents(
  chunks: AsyncIterable<object> | readonly object[],
): AsyncGenerator<string> {
  for await (const chunk of chunks) yield `data: ${JSON.stringify(chunk)}\r\n\r\n`
}

async function* printList(
  chunks: AsyncIterable<object> | readonly object[],
): AsyncGenerator<string> {
  let separator = '['
  for await (const chunk of chunks) {
    yield `${separator}${JSON.stringify(chunk)}`
    separator = ',\r\n'
  }
  yield ']'
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
