import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Budget } from '../core/budgets/budget.ts'
import {
  budgetLimitsSchema,
  budgetSchema,
  fromBudgetBody,
  fromLimitsBody,
} from '../core/budgets/wire.ts'
import type { Book } from '../core/ledger/entry.ts'
import { findBudget, removeBudget, setBudget, showBudgets } from '../gateway/budget-admin.ts'
import { slipsOfScope } from '../gateway/name-slips.ts'
import type { HttpContext } from './context.ts'
import { defineRoute, type RouteDefinition, readBody, readWith } from './route.ts'
import { bookOf } from './usage.ts'

const MAX_PAGE = 1_000

const listQuery = z.strictObject({
  book: z.enum(['real', 'simulated']).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
  after: z.string().max(64).optional().describe('Id of the last budget that was seen'),
})

/** Limits of money, for operators. */
export const budgetRoutes = (context: HttpContext): readonly RouteDefinition[] => [
  ...readingRoutes(context),
  ...changingRoutes(context),
]

const show = (budgets: readonly Budget[], context: HttpContext, asked?: Book) =>
  showBudgets(budgets, bookOf(asked, context), context.gateway.deps)

const showOne = async (budget: Budget, context: HttpContext) => (await show([budget], context))[0]

function readingRoutes(context: HttpContext): readonly RouteDefinition[] {
  const { deps } = context.gateway
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/budgets',
      policy: 'admin',
      summary: 'Budgets with what they have spent, put aside and left',
      query: listQuery,
      answers: ['application/json'],
      handler: async (request) => {
        const { book, limit, after } = readWith(listQuery, request.query)
        const all = await deps.stores.budgets.list()
        const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
        const data = await show(all.slice(from, from + limit), context, book)
        return { object: 'list', data, has_more: from + limit < all.length }
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/budgets/:id',
      policy: 'admin',
      summary: 'A budget',
      answers: ['application/json'],
      handler: async (request) => showOne(await findBudget(idOf(request), deps), context),
    }),
  ]
}

function changingRoutes(context: HttpContext): readonly RouteDefinition[] {
  const { deps } = context.gateway
  return [
    defineRoute({
      method: 'POST',
      url: '/v1/budgets',
      policy: 'admin',
      summary: 'Set a budget: make it, or give the one of this scope and period other limits',
      body: budgetSchema,
      answers: ['application/json'],
      handler: async (request) => {
        const wanted = fromBudgetBody(readBody(budgetSchema, request))
        const shown = await showOne(await setBudget(wanted, deps), context)
        return { ...shown, warnings: await slipsOfScope(wanted.scope, deps) }
      },
    }),
    defineRoute({
      method: 'POST',
      url: '/v1/budgets/:id',
      policy: 'admin',
      summary: 'Change the limits of a budget; what was spent stays',
      body: budgetLimitsSchema,
      answers: ['application/json'],
      handler: async (request) => {
        const body = readBody(budgetLimitsSchema, request)
        const before = await findBudget(idOf(request), deps)
        const wanted = { ...before, ...fromLimitsBody(body, before) }
        return showOne(await setBudget(wanted, deps), context)
      },
    }),
    defineRoute({
      method: 'DELETE',
      url: '/v1/budgets/:id',
      policy: 'admin',
      summary: 'Remove a budget; it limits nothing any more',
      answers: ['application/json'],
      handler: async (request) => {
        const id = idOf(request)
        await removeBudget(id, deps)
        return { object: 'budget', id, deleted: true }
      },
    }),
  ]
}

const idOf = (request: FastifyRequest): string => (request.params as { readonly id: string }).id
