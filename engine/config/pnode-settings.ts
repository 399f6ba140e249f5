import * as z from 'zod';

const pnode = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,252})$/, 'the name of a host is needed: letters, digits, - and .'),
  memory: z.number().positive('MiB are needed, more than 0').optional(),
  cores: z.number().positive('a number of cores is needed, more than 0').optional(),
  interfaces: z.int('a whole number is needed').min(0, 'a number of at least 0 is needed').optional(),
  platforms: z.array(z.string().min(1)).min(1, 'at least one platform is needed').optional(),
});

/** The site's physical nodes, each name once. */
export const pnodesSchema = z.array(pnode).superRefine((list, context) => {
  list.forEach(({ name }, at) => {
    const first = list.findIndex((one) => one.name === name);
    if (first === at) return;
    context.addIssue({
      code: 'custom',
      path: [at, 'name'],
      message: `there is another pnode '${name}' before it in the list`,
    });
  });
});
