/** A PNG of 1 × 1: the smallest bytes that are a picture. */
export const smallestPng: Uint8Array = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5' +
    'ErkJggg==',
  'base64',
)
