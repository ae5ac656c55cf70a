import { openBatchStand } from '../../testing/batch-service-stand.ts'
import { testBatchService } from '../../testing/test-batch-service.ts'
import openai from './index.ts'
import sandbox from './sandbox.ts'

testBatchService('openai', () => openBatchStand(openai, sandbox, 'gpt-image-1-mini'))
