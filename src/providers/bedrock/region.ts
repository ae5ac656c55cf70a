/** Where Stability's models are sold (docs.aws.amazon.com, read 2026-11-20). */
export const USUAL_REGION = 'us-west-2'

/** Host of the Bedrock runtime in a region. */
export const hostOf = (region: string): string => `bedrock-runtime.${region}.amazonaws.com`

/** Whether a text has the form of an AWS region: `us-west-2`, `us-gov-west-1`. */
export const isRegion = (text: string): boolean => /^[a-z]{2}(?:-[a-z]+){1,2}-\d$/.test(text)
