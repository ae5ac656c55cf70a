/**
 * What the catalogue says of one error code: HTTP status, OpenAI's error `type`, and what clients
 * may do.
 */
export interface ErrorEntry {
  readonly status: number
  /** OpenAI's error types, so that existing clients switch on what they know. */
  readonly type:
    | 'invalid_request_error'
    | 'authentication_error'
    | 'permission_error'
    | 'rate_limit_error'
    | 'insufficient_quota'
    | 'image_generation_user_error'
    | 'server_error'
  /** Whether sending the same request again can help; false sends `x-should-retry: false`. */
  readonly retryable: boolean
  /** What the caller should do next, in one sentence. */
  readonly advice: string
}

const entry = (
  status: number,
  type: ErrorEntry['type'],
  advice: string,
  retryable = false,
): ErrorEntry => ({ status, type, retryable, advice })

/** Every error code of the HTTP surface. `docs/errors.md` is generated from this table. */
export const errorCatalogue = {
  invalid_request: entry(400, 'invalid_request_error', 'Correct what the message names.'),
  invalid_json: entry(400, 'invalid_request_error', 'Send a valid JSON object as the body.'),
  unsupported_parameter: entry(
    400,
    'invalid_request_error',
    'Remove the parameter, or choose a model that has it (GET /v1/models).',
  ),
  content_policy_violation: entry(
    400,
    'image_generation_user_error',
    'Rephrase the prompt or replace the input image; the same request will be refused again.',
  ),
  image_too_large: entry(
    400,
    'invalid_request_error',
    'Send an image of at most 50 megapixels and 50 MB.',
  ),
  invalid_image: entry(
    400,
    'invalid_request_error',
    'Send a complete PNG, JPEG or WebP image with one frame.',
  ),
  mask_size_mismatch: entry(
    400,
    'invalid_request_error',
    'Send a mask with exactly the width and height of the first image.',
  ),
  max_cost_exceeded: entry(
    400,
    'invalid_request_error',
    'Raise x-keeprate-max-cost, or ask for a smaller size, a lower quality or fewer images.',
  ),
  gate_refused: entry(
    422,
    'image_generation_user_error',
    'Send on_gate_refusal: deliver to get the best one, or look at the pictures, which are kept, ' +
      'by GET /v1/requests/{id}.',
  ),
  price_unknown: entry(
    400,
    'invalid_request_error',
    'Add a price for this offer to your own price book, or choose a priced model.',
  ),
  invalid_api_key: entry(
    401,
    'authentication_error',
    'Send "Authorization: Bearer <key>" with a key made by `keeprate keys create`.',
  ),
  invalid_signature: entry(
    401,
    'authentication_error',
    'Sign the bytes of the body with a current key of the provider, within five minutes.',
  ),
  permission_denied: entry(
    403,
    'permission_error',
    'Use what the key has, or a key that may do what the message names.',
  ),
  offer_forbidden: entry(
    403,
    'permission_error',
    'Ask for another model, or change what keeps it away: `keeprate route list`, `data_policy`.',
  ),
  model_not_found: entry(404, 'invalid_request_error', 'Choose a model of GET /v1/models.'),
  model_retired: entry(404, 'invalid_request_error', 'Use the replacement named in the message.'),
  not_found: entry(404, 'invalid_request_error', 'Check the id and the path.'),
  experiment_overlap: entry(
    409,
    'invalid_request_error',
    'Stop the experiment that the message names, or name a category that it leaves free.',
  ),
  gone: entry(
    410,
    'invalid_request_error',
    'A rule of retention removed the picture, or the store lost it; ask for it anew.',
  ),
  method_not_allowed: entry(405, 'invalid_request_error', 'Use a method of the allow header.'),
  payload_too_large: entry(413, 'invalid_request_error', 'Send a smaller body or fewer files.'),
  unsupported_media_type: entry(
    415,
    'invalid_request_error',
    'Send application/json, or multipart/form-data where files are accepted.',
  ),
  range_not_satisfiable: entry(416, 'invalid_request_error', 'Ask for a range inside the image.'),
  cache_miss: entry(
    404,
    'invalid_request_error',
    'Nothing in the cache answers this; drop `x-keeprate-cache: only` to generate it.',
  ),
  idempotency_key_reused: entry(
    422,
    'invalid_request_error',
    'Send a new Idempotency-Key with another request, or the same request with this one.',
  ),
  // 499 is what nginx logs for a client that has gone, and what gRPC's CANCELLED maps to
  // (google/rpc/code.proto, read 2026-11-20).
  cancelled: entry(
    499,
    'invalid_request_error',
    'Send the request again if the pictures are wanted after all.',
  ),
  insufficient_quota: entry(429, 'insufficient_quota', 'Raise the budget or wait for its reset.'),
  rate_limit_exceeded: entry(
    429,
    'rate_limit_error',
    'Wait as long as retry-after says and send again.',
    true,
  ),
  overloaded: entry(
    429,
    'rate_limit_error',
    'Wait as long as retry-after says and send again; nothing was generated or paid.',
    true,
  ),
  internal_error: entry(
    500,
    'server_error',
    'Report the request id; it is a defect of the gateway.',
  ),
  no_provider_available: entry(
    503,
    'server_error',
    'See `tried` for what each provider answered; try later or allow more models.',
    true,
  ),
  ledger_unavailable: entry(
    503,
    'server_error',
    'Try again shortly; no provider was called, because spend could not be recorded.',
    true,
  ),
  loop_detected: entry(
    508,
    'server_error',
    'Correct the base URL of the provider that leads back to the gateway.',
  ),
  deadline_exceeded: entry(
    504,
    'server_error',
    'Raise x-keeprate-deadline-ms or choose a faster model; the work may still finish.',
  ),
} as const satisfies Record<string, ErrorEntry>

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue
