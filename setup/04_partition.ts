import { attribute, computers, defineStage, withAttribute } from 'benito-pipeline';

/** Which vnodes share a pnode. With one pnode there is one partition, and what the user wrote is kept. */
export default defineStage({
  summary: 'Put the nodes into partitions: those that the experiment names, else all into one',
  needs: ['annotated'],
  provides: ['partitioned'],
  plan({ facts: { annotated } }) {
    const userPacked = computers(annotated).some(
      (one) => attribute(one, 'containers:partition') !== undefined,
    );
    const elements = annotated.elements.map((element) => {
      if (element.type !== 'computer') return element;
      const partition = attribute(element, 'containers:partition') ?? (userPacked ? 'unpartitioned' : '0');
      return { ...element, attributes: withAttribute(element.attributes, 'containers:partition', partition) };
    });
    return { facts: { partitioned: { ...annotated, elements } } };
  },
});
