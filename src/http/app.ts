import multipart from '@fastify/multipart'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { makeId } from '../core/ids.ts'
import { openBatchDesk } from '../gateway/batch-desk.ts'
import { alertRoutes } from './alerts.ts'
import { addAuth } from './auth.ts'
import { answerBrokenRequest } from './broken-request.ts'
import { budgetRoutes } from './budgets.ts'
import { cacheRoutes } from './cache.ts'
import type { HttpContext } from './context.ts'
import { createErrorSender } from './errors.ts'
import { experimentRoutes } from './experiments.ts'
import { feedbackRoutes } from './feedback.ts'
import { gateRoutes } from './gates.ts'
import { healthRoutes } from './health.ts'
import { jobRoutes } from './jobs.ts'
import { addJsonParser } from './json-parser.ts'
import { keyRoutes } from './keys.ts'
import { addLoopCheck } from './loop.ts'
import { noticeRoutes } from './notice-events.ts'
import { addNowhere } from './nowhere.ts'
import { batchWords } from './openai/batch-words.ts'
import { batchRoutes } from './openai/batches.ts'
import { draftRoutes } from './openai/drafts.ts'
import { fileRoutes } from './openai/files.ts'
import { formLimits } from './openai/form.ts'
import { imageRoutes } from './openai/images.ts'
import { modelRoutes } from './openai/models.ts'
import { organizationRoutes } from './openai/organization.ts'
import { upscaleRoute } from './openai/upscale.ts'
import { pictureRoutes } from './pictures.ts'
import { priceFeedRoutes } from './price-feeds.ts'
import { priceRoutes } from './prices.ts'
import { assertOurAddress, providerWebhookRoute } from './provider-webhooks.ts'
import { quoteRoutes } from './quotes.ts'
import { addRoutes, type RouteDefinition } from './route.ts'
import { routingRoutes } from './routing.ts'
import { usageRoutes } from './usage.ts'
import { deliveryRoutes } from './webhook-deliveries.ts'
import { webhookRoutes } from './webhooks.ts'

/** Limits of the server itself. */
const limits = {
  /** JSON bodies, unless a route says otherwise: the longest prompt and its extras fit easily. */
  bodyBytes: 1024 * 1024,
  /** Time to receive a whole request: 17 pictures of 50 MB over a slow line. */
  requestMs: 600_000,
  /** Idle connections; longer than the 60 s of usual load balancers, so that they close first. */
  keepAliveMs: 75_000,
  paramCharacters: 128,
} as const

/** Builds the server. Nothing listens yet. */
export async function createApp(
  context: HttpContext,
  logger: FastifyBaseLogger,
): Promise<FastifyInstance> {
  const { random, clock } = context.gateway.deps
  const sendError = createErrorSender(context)
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    routerOptions: { maxParamLength: limits.paramCharacters },
    genReqId: () => makeId('req', random.bytes(16), clock.now()),
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: sendError,
  })
  app.setErrorHandler(sendError)
  // Set before anything else, because answers with pictures bypass the hooks that come later.
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' })
  })
  addLoopCheck(app, context.instance)
  addAuth(app, context.keyRing, (request) => assertOurAddress(request, context))
  // Nothing here takes text: left in, it would be told that its JSON is wrong.
  app.removeContentTypeParser('text/plain')
  addJsonParser(app)
  await app.register(multipart, { limits: formLimits })
  const batches = openBatchDesk(context.gateway, batchWords(context))
  app.addHook('onReady', async () => batches.start())
  app.addHook('preClose', async () => batches.close())
  const routes: readonly RouteDefinition[] = [
    ...imageRoutes(context),
    ...fileRoutes(context),
    ...batchRoutes(context, batches),
    ...modelRoutes(context),
    ...pictureRoutes(context),
    upscaleRoute(context),
    ...draftRoutes(context),
    ...jobRoutes(context),
    ...feedbackRoutes(context),
    ...cacheRoutes(context),
    ...quoteRoutes(context),
    ...routingRoutes(context),
    ...experimentRoutes(context),
    ...gateRoutes(context),
    ...priceRoutes(context),
    ...priceFeedRoutes(context),
    ...usageRoutes(context),
    ...budgetRoutes(context),
    ...keyRoutes(context),
    ...organizationRoutes(context),
    ...deliveryRoutes(context),
    ...noticeRoutes(context),
    ...webhookRoutes(context),
    ...alertRoutes(context),
    providerWebhookRoute(context),
    ...healthRoutes(context, () => routes),
  ]
  addRoutes(app, routes)
  addNowhere(app, routes, sendError)
  return app
}
