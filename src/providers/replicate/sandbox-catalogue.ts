import type { EmulatorAnswer, EmulatorRequest } from '../shared/emulator.ts'
import { json, notFound } from './sandbox-answers.ts'
import type { EmulatedModel, FieldRule } from './sandbox-fields.ts'
import { emulatedModels, SDXL_VERSION } from './sandbox-models.ts'

/** Models of one page; Replicate's own number. */
const PAGE_SIZE = 25

const HARDWARE = [
  { name: 'CPU', sku: 'cpu' },
  { name: 'Nvidia T4 GPU', sku: 'gpu-t4' },
  { name: 'Nvidia L40S GPU', sku: 'gpu-l40s' },
  { name: 'Nvidia A100 (80GB) GPU', sku: 'gpu-a100-large' },
  { name: 'Nvidia H100 GPU', sku: 'gpu-h100' },
]

/** The one version that each emulated model has. */
export const versionOf = (model: EmulatedModel): string =>
  model.name === 'sdxl' ? SDXL_VERSION : 'hidden'

/** `/account`, `/hardware`, `/models`, `/models/{owner}/{name}` and its versions. */
export function answerCatalogue({ path, query, baseUrl }: EmulatorRequest): EmulatorAnswer {
  if (path === '/v1/account') {
    return json(200, { type: 'user', username: 'sandbox', name: 'Sandbox', github_url: null })
  }
  if (path === '/v1/hardware') return json(200, HARDWARE)
  if (path === '/v1/models') return json(200, pageOf(Number(query.get('cursor') ?? 0), baseUrl))
  const [, owner, name, versions, id] =
    /^\/v1\/models\/([^/]+)\/([^/]+)(\/versions)?(?:\/([^/]+))?$/.exec(path) ?? []
  const model = emulatedModels.get(`${owner}/${name}`)
  if (model === undefined) return notFound()
  if (versions === undefined) return id === undefined ? json(200, printModel(model)) : notFound()
  if (id === undefined) {
    return json(200, { previous: null, next: null, results: [printVersion(model)] })
  }
  return id === versionOf(model) ? json(200, printVersion(model)) : notFound()
}

function pageOf(start: number, baseUrl: string): object {
  const all = [...emulatedModels.values()]
  const next = start + PAGE_SIZE
  return {
    previous: null,
    next: next < all.length ? `${baseUrl}/v1/models?cursor=${next}` : null,
    results: all.slice(start, next).map(printModel),
  }
}

const printModel = (model: EmulatedModel): object => ({
  url: `https://replicate.com/${model.owner}/${model.name}`,
  owner: model.owner,
  name: model.name,
  description: 'Emulated',
  visibility: 'public',
  is_official: model.isOfficial,
  run_count: 0,
  latest_version: printVersion(model),
})

const printVersion = (model: EmulatedModel): object => ({
  id: versionOf(model),
  created_at: '2026-01-01T00:00:00.000000Z',
  cog_version: '0.16.0',
  openapi_schema: {
    openapi: '3.0.2',
    components: {
      schemas: {
        Input: {
          type: 'object',
          title: 'Input',
          required: model.required,
          properties: Object.fromEntries(
            Object.entries(model.fields).map(([name, rule], index) => [
              name,
              { ...toSchema(rule), 'x-order': index },
            ]),
          ),
        },
        Output:
          model.output === 'list'
            ? { type: 'array', items: { type: 'string', format: 'uri' }, title: 'Output' }
            : { type: 'string', format: 'uri', title: 'Output' },
      },
    },
  },
})

function toSchema(rule: FieldRule): object {
  switch (rule.kind) {
    case 'integer':
    case 'number':
      return { type: rule.kind, minimum: rule.min, maximum: rule.max }
    case 'boolean':
      return { type: 'boolean' }
    case 'text':
      return { type: 'string' }
    case 'choice':
      return { type: 'string', enum: rule.values }
    case 'file':
      return { type: 'string', format: 'uri' }
    case 'files':
      return { type: 'array', items: { type: 'string', format: 'uri' }, maxItems: rule.max }
  }
}
