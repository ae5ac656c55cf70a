import { dollarsFromNano } from '../../core/money.ts'
import {
  type Drawing,
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { DELIVERY, deliverLink, linkTo } from '../shared/emulator-links.ts'
import { bearerKeyOf, drawWithFault, jsonAnswer, toBase64 } from '../shared/emulator-wire.ts'
import { noModel, refusal, refuse, unauthorised } from './sandbox-errors.ts'
import { type EmulatedModel, emulatedModels } from './sandbox-models.ts'
import { type EmulatedTask, readBody, readTask, type Work } from './sandbox-request.ts'
import { emulatedTools, useTool } from './sandbox-tools.ts'

const NANO_PER_UNIT = 1_000_000n
/** Units that the emulated account always has. */
const BALANCE = 1_000_000
/** `cost-differs`: taken and reported at this factor of the list price, in percent. */
const DIFFERING_COST_PERCENT = 150
const DEFAULT_MODEL = 'recraftv4_1'

const works: Readonly<Record<string, Work>> = {
  '/v1/images/generations': 'generations',
  '/v1/images/imageToImage': 'imageToImage',
  '/v1/images/inpaint': 'inpaint',
  '/v1/images/replaceBackground': 'replaceBackground',
  '/v1/images/outpaint': 'outpaint',
  '/v1/images/variateImage': 'variateImage',
}

/** The emulator of Recraft's API, strict about what each model takes. */
export default defineEmulator({
  id: 'recraft',
  basePath: '/v1',
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith(DELIVERY)) return deliverLink(request, kit)
    if (bearerKeyOf(request) === undefined) return unauthorised()
    if (method === 'GET' && path === '/v1/users/me') {
      const facts = { id: 'sandbox', name: 'Sandbox', email: 'sandbox@example.com' }
      return jsonAnswer(200, { ...facts, credits: BALANCE })
    }
    const tool = Object.hasOwn(emulatedTools, path) ? emulatedTools[path] : undefined
    if (method === 'POST' && tool !== undefined) return useTool(request, kit, tool)
    const work = Object.hasOwn(works, path) ? works[path] : undefined
    if (method !== 'POST' || work === undefined) return refusal(404, 'not_found', 'Not found')
    return makePictures(request, kit, work)
  },
})

async function makePictures(
  request: EmulatorRequest,
  kit: EmulatorKit,
  work: Work,
): Promise<EmulatorAnswer> {
  const body = await readBody(request, kit)
  if (body === undefined) return refusal(400, 'bad_request', 'the body could not be read')
  const fault = kit.fault(request, String(body.fields.prompt ?? ''))
  const early = refuse(fault)
  if (early !== undefined) return early
  const name = String(body.fields.model ?? DEFAULT_MODEL)
  const model = Object.hasOwn(emulatedModels, name) ? emulatedModels[name] : undefined
  if (model === undefined) return noModel()
  const read = readTask(body, model, work)
  if (!read.ok) return refusal(400, 'bad_request', read.refusal)
  return serve(request, kit, { name, model, work, task: read.value, fault })
}

interface Job {
  readonly name: string
  readonly model: EmulatedModel
  readonly work: Work
  readonly task: EmulatedTask
  readonly fault: Fault | undefined
}

/** Charges, waits and draws. The charge comes first: whoever hangs up pays as well. */
async function serve(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { name, model, work, task, fault }: Job,
): Promise<EmulatorAnswer> {
  const requestId = kit.hexId(24)
  const each = work === 'generations' ? model.units : (model.editUnits ?? 0)
  const percent = fault === 'cost-differs' ? DIFFERING_COST_PERCENT : 100
  const credits = (each * task.count * percent) / 100
  const dollars = dollarsFromNano(BigInt(Math.round(credits * 1_000)) * (NANO_PER_UNIT / 1_000n))
  kit.bill({ model: name, images: task.count, dollars, requestId })
  await kit.latency(model.seconds, request.signal)
  if (fault === 'server-error-billed')
    return refusal(500, 'internal_error', 'Internal server error')
  const count = fault === 'empty' ? 0 : fault === 'wrong-count' ? task.count - 1 : task.count
  const data = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { prompt, size, format } = task
      const seed = (task.seed ?? kit.hash(`seed of ${requestId}`)) + index
      const drawing: Drawing = { ...size, prompt, seed, format }
      const image = { image_id: kit.hexId(32) }
      if (task.asLink) return { ...image, url: linkTo(request, kit, drawing) }
      return { ...image, b64_json: toBase64(await drawWithFault(kit, drawing, fault)) }
    }),
  )
  const created = Math.floor(kit.now() / 1_000)
  return jsonAnswer(200, { created, credits, data }, { 'x-request-id': requestId })
}
