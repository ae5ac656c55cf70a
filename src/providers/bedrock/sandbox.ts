import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { drawWithFault, jsonAnswer, jsonBodyOf, toBase64 } from '../shared/emulator-wire.ts'
import { refuseCredential } from './sandbox-credential.ts'
import { ended, exception, malformed, refuse, requestIdOf } from './sandbox-errors.ts'
import type { EmulatedModel } from './sandbox-fields.ts'
import {
  emulatedModels,
  endedModels,
  type Fields,
  outputSize,
  problemWith,
} from './sandbox-models.ts'

/** Largest body, 25 MB (InvokeModel reference, read 2026-11-20). */
const MAX_BODY_BYTES = 25_000_000

/** Emulates the runtime of Amazon Bedrock with Stability's models, signatures included. */
export default defineEmulator({
  id: 'bedrock',
  basePath: '',
  async handle(request, kit) {
    const refused = await refuseCredential(request, kit)
    if (refused !== undefined) return refused
    const { method, path } = request
    if (method === 'GET' && path === '/async-invoke') {
      return jsonAnswer(200, { asyncInvokeSummaries: [] })
    }
    const id = /^\/model\/([^/]+)\/invoke$/.exec(path)?.[1]
    if (method !== 'POST' || id === undefined) {
      return exception(kit, 404, 'UnknownOperationException', 'There is no such operation.')
    }
    if (endedModels.includes(id)) return ended(kit)
    const model = Object.hasOwn(emulatedModels, id) ? emulatedModels[id] : undefined
    if (model === undefined) {
      const words = 'The provided model identifier is invalid.'
      return exception(kit, 400, 'ValidationException', words)
    }
    return invoke(request, kit, { id, model })
  },
})

interface Subject {
  readonly id: string
  readonly model: EmulatedModel
}

function invoke(
  request: EmulatorRequest,
  kit: EmulatorKit,
  subject: Subject,
): Promise<EmulatorAnswer> | EmulatorAnswer {
  if (request.body.byteLength > MAX_BODY_BYTES) {
    return exception(kit, 413, 'ValidationException', 'The request body is too large.')
  }
  const fields = jsonBodyOf(request)
  if (!isObject(fields)) return malformed(kit, '#: expected type: JSONObject')
  const prompt = typeof fields.prompt === 'string' ? fields.prompt : ''
  const fault = kit.fault(request, prompt)
  const refused = refuse(kit, fault)
  if (refused !== undefined) return refused
  const problem = problemWith(subject.model, fields)
  if (problem !== undefined) return malformed(kit, problem)
  if (fault === 'moderate-input') return finished(kit, 'Filter reason: prompt')
  if (fault === 'error-in-200') return finished(kit, 'Inference error')
  return produce(request, kit, { ...subject, fields, fault })
}

/** A 200 that ended for a reason, and has no picture. */
const finished = (kit: EmulatorKit, reason: string): EmulatorAnswer =>
  jsonAnswer(200, { finish_reasons: [reason] }, { 'x-amzn-requestid': requestIdOf(kit) })

/** Charges, waits and draws. The charge comes first: whoever hangs up pays as well. */
async function produce(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { id, model, fields, fault }: Subject & { fields: Fields; fault: Fault | undefined },
): Promise<EmulatorAnswer> {
  const requestId = requestIdOf(kit)
  kit.bill({ model: id, images: 1, dollars: dollarsFromNano(model.nano), requestId })
  await kit.latency(model.seconds, request.signal)
  if (fault === 'server-error-billed') {
    const words = 'The system encountered an unexpected error during processing.'
    return exception(kit, 424, 'ModelErrorException', words)
  }
  if (fault === 'moderate-output') return finished(kit, 'Filter reason: output image')
  const asked = Number(fields.seed ?? 0)
  const seed = asked === 0 ? kit.hash(`seed of ${requestId}`) : asked
  const headers = { 'x-amzn-requestid': requestId }
  if (fault === 'empty') {
    return jsonAnswer(200, { seeds: [seed], finish_reasons: [null], images: [] }, headers)
  }
  const bytes = await drawWithFault(
    kit,
    {
      ...outputSize(model, fields),
      prompt: String(fields.prompt ?? ''),
      seed,
      format: formatOf(fields.output_format),
      ...(model.isTransparent === true ? { transparent: true } : {}),
    },
    fault,
  )
  const body = { seeds: [seed], finish_reasons: [null], images: [toBase64(bytes)] }
  return jsonAnswer(200, body, headers)
}

/** PNG unless asked otherwise, in either case. */
function formatOf(asked: unknown): 'png' | 'jpeg' | 'webp' {
  const format = String(asked).toLowerCase()
  return format === 'jpeg' || format === 'webp' ? format : 'png'
}
