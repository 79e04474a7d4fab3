// Holds an OpenAPI document against the specification's own schema: node validate.mjs FILE
import { Validator } from '@seriousme/openapi-schema-validator';

const result = await new Validator().validate(process.argv[2]);
if (!result.valid) {
  console.error(JSON.stringify(result.errors, null, 1));
  process.exit(1);
}
