import { z } from 'zod'
import { alertKinds } from '../core/alerts/alert.ts'
import { readRules } from '../core/alerts/read-rules.ts'
import { isId } from '../core/ids.ts'
import { previewAlerts, printPreview, printStoredAlert } from '../gateway/alert-report.ts'
import type { HttpContext } from './context.ts'
import { defineRoute, type RouteDefinition, readWith } from './route.ts'

/** Most alerts on one page. */
const MAX_PAGE = 100

const listQuery = z.strictObject({
  preview: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('`rules` of the settings, or others: cost_per_accepted:0.012,cost_drift:0.5'),
  kind: z.enum(alertKinds).optional(),
  status: z.enum(['open', 'resolved']).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  after: z
    .string()
    .refine((text) => isId('alr', text), 'must be the id of an alert')
    .optional(),
})

/** What was alarming, and what would have been. */
export const alertRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  defineRoute({
    method: 'GET',
    url: '/v1/alerts',
    policy: 'admin',
    summary: 'Alerts, newest first; with `preview` what rules would have told in 30 days',
    query: listQuery,
    answers: ['application/json'],
    handler: async (request) => {
      const { preview, kind, status, limit, after } = readWith(listQuery, request.query)
      const { deps } = context.gateway
      if (preview !== undefined) {
        const { alertRules } = deps
        const rules = preview === 'rules' ? alertRules : readRules('preview', preview, alertRules)
        return printPreview(await previewAlerts(rules, deps), rules)
      }
      const found = await deps.stores.alerts.list({
        limit: limit + 1,
        ...(kind === undefined ? {} : { kind }),
        ...(status === undefined ? {} : { isOpen: status === 'open' }),
        ...(after === undefined ? {} : { after }),
      })
      const data = found.slice(0, limit).map(printStoredAlert)
      return { object: 'list', data, has_more: found.length > limit }
    },
  }),
]
