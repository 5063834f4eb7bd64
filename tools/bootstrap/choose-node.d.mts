export declare function chooseNode(
  version: string,
  options?: { readonly forceOwn?: boolean },
): 'running' | 'own' | 'too-old';
