import { readCatalogue } from '../shared/catalogue.ts'
import { defineProvider, type ProviderDefinition } from '../shared/definition.ts'
import { exactEstimate } from '../shared/exact-estimate.ts'
import { transportLimits } from '../shared/transport.ts'
import { classify } from './classify.ts'
import { toAccount } from './configure.ts'
import modelsFile from './models.json' with { type: 'json' }
import { checkOptions } from './options.ts'
import pricesFile from './prices.json' with { type: 'json' }
import { shapeOf } from './shape.ts'
import { fromCancel, fromPoll, toCancel, toPoll } from './tasks.ts'
import { fromWire, toWire } from './wire.ts'

/** Pause between polls: tasks take a minute, and 20 polls a second are allowed to an account. */
const POLL_EVERY_MS = 3_000

/** Tasks that run at one time, the fewest that are published (Model Studio, read 2026-11-20). */
const PARALLEL_TASKS = 2

/** Alibaba Model Studio: Qwen by one call with one answer, Wan by tasks that are polled. */
const dashscope: ProviderDefinition = defineProvider({
  id: 'dashscope',
  displayName: 'Alibaba Model Studio',
  origin: {
    baseUrl: 'https://dashscope-intl.aliyuncs.com/api/v1',
    // Not `.aliyuncs.com`: anybody's bucket lies below that, and the pictures lie in one.
    ownHosts: ['.dashscope-intl.aliyuncs.com'],
    apiKeyVariable: 'DASHSCOPE_API_KEY',
    baseUrlVariable: 'DASHSCOPE_BASE_URL',
  },
  availability: 'hosted',
  ...readCatalogue('dashscope', modelsFile, pricesFile),
  authorize: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  imageFields: [],
  checkOptions,
  estimate: exactEstimate,
  toWire,
  fromWire,
  classify,
  flow: {
    kind: 'poll',
    everyMs: POLL_EVERY_MS,
    toPoll,
    fromPoll,
    // Qwen answers the submit with the picture itself.
    submitMs: ({ model }) =>
      shapeOf(model) === 'sync' ? model.timeoutMs : transportLimits.submitMs,
  },
  cancel: { toCancel, fromCancel },
  limits: { parallelCalls: PARALLEL_TASKS },
  probe: { method: 'GET', url: '/tasks/?page_no=1&page_size=1' },
  configure: (instance) => toAccount(dashscope, instance),
})

export default dashscope
