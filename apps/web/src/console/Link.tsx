import type { MouseEvent, ReactNode } from "react";
import { go, routePath, type View } from "./route.ts";

interface Props {
  to: { view: View; id?: string | undefined };
  className?: string;
  current?: boolean;
  children: ReactNode;
}

/** A real link, so that it opens in a new tab too; a plain click stays on the page. */
export function Link({ to, className, current = false, children }: Props) {
  const path = routePath(to);
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(path);
  };
  return (
    <a href={path} className={className} aria-current={current ? "page" : undefined} onClick={onClick}>
      {children}
    </a>
  );
}
