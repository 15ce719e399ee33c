import type { DescMethod, DescService } from "@bufbuild/protobuf";
import {
  type ConnectRouter,
  type ConnectRouterOptions,
  createConnectRouter,
  type ServiceImpl,
} from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";

/** A service, and what adds one of its methods to a router. */
export interface ServedService {
  readonly service: DescService;
  readonly add: (method: DescMethod, router: ConnectRouter) => void;
}

export function served<Service extends DescService>(
  service: Service,
  implement: () => Partial<ServiceImpl<Service>>,
): ServedService {
  return {
    service,
    add: (method, router) => void router.service({ ...service, methods: [method] }, implement()),
  };
}

/** The handlers of RPCs, each made when it is first asked for: where a request has routes of its own, it needs one of them at most. */
export class RpcHandlers {
  readonly #services: ReadonlyMap<string, ServedService>;
  readonly #options: ConnectRouterOptions;
  readonly #made = new Map<string, UniversalHandler>();

  constructor(services: readonly ServedService[], options: ConnectRouterOptions) {
    this.#services = new Map(services.map((each) => [each.service.typeName, each]));
    this.#options = options;
  }

  /** The handler of `/SERVICE/METHOD`. */
  at(path: string): UniversalHandler | undefined {
    return this.#made.get(path) ?? this.#make(path);
  }

  #make(path: string): UniversalHandler | undefined {
    const end = path.lastIndexOf("/");
    const of = this.#services.get(path.slice(1, end));
    const method = of?.service.methods.find(({ name }) => name === path.slice(end + 1));
    if (of === undefined || method === undefined || !path.startsWith("/")) return undefined;
    const router = createConnectRouter(this.#options);
    of.add(method, router);
    const [handler] = router.handlers;
    if (handler !== undefined) this.#made.set(path, handler);
    return handler;
  }
}
