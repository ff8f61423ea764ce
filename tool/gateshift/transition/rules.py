"""The rules of transitions: what a step between two builds may not do, and which hazards are known."""

from __future__ import annotations

from gateshift.model.rule import Rule
from gateshift.transition.outcomes import FailureCause

SERVICE_MISSING = Rule(
    "GS501",
    "service-missing-in-between",
    "On the way from one state to the next, requests are sent to a Service that does not exist.",
    "The route reaches the data plane before the Service it starts to name, or the Service is pruned while the route "
    "still names it; those requests get a 500. Bring Services a commit before the route, take them a commit after it.",
    "Gateway API HTTPRouteRule.backendRefs (a missing backend answers 500); argo-cd#26995, argo-cd#12376",
)
NO_READY_POD = Rule(
    "GS502",
    "no-ready-pod-in-between",
    "On the way from one state to the next, requests are sent to a Service without a Ready pod.",
    "The workload was applied in the same sync and is still starting, or its pods leave first; those requests get a "
    "503 until a pod is Ready. Deploy a version in one commit and send it traffic in the next.",
    "Gateway API HTTPRouteRule.backendRefs (no endpoints: 503); kustomize-controller#1180 (health is checked last)",
)
NO_ROUTE = Rule(
    "GS503",
    "no-route-in-between",
    "On the way from one state to the next, requests that were answered match no route.",
    "The route, its rule or the listener it is attached to goes away, or a first narrow route cuts off all that it "
    "does not match; those requests get a 404.",
    "Gateway API HTTPRouteRule.matches (no match: 404); GEP-1294 (a Service with a route answers only what matches)",
)
UNDECLARED_VERSION = Rule(
    "GS504",
    "undeclared-version",
    "On the way from one state to the next, requests reach a version that neither state declares for them.",
    "Where no route decides, a Service's selector does: it sends requests to every version it selects, in proportion "
    "to their pods. Users meet a version that nobody chose to show them.",
    "gateway-api#5214; Kubernetes Service selectors",
)
DANGLING_REFERENCE = Rule(
    "GS505",
    "reference-to-a-service-that-is-gone",
    "A route names a Service that does not exist, if only with a weight of 0 or as a mirror.",
    "The reference gets no traffic, but one that does not resolve makes some data planes refuse the whole rule.",
    "envoyproxy/gateway#7483, envoyproxy/gateway#7065",
)
REFERENCE_REFUSED = Rule(
    "GS506",
    "reference-refused-in-between",
    "On the way from one state to the next, a route's reference is not valid.",
    "A port that the Service no longer has, or a grant that is gone, makes it invalid; its share gets a 500.",
    "Gateway API RouteConditionReason (RefNotPermitted, InvalidKind, BackendNotFound)",
)
UNREADY_POD = Rule(
    "GS507",
    "unready-pod-in-between",
    "On the way from one state to the next, requests reach pods that are not Ready.",
    "The Service publishes addresses of pods that are not Ready (publishNotReadyAddresses), so a starting pod gets "
    "requests from its first moment on.",
    "Kubernetes core/v1 ServiceSpec.publishNotReadyAddresses",
)
BACKEND_SWAPPED = Rule(
    "GS511",
    "only-backend-swapped",
    "All backends of a rule are swapped for ones that carried nothing before.",
    "Data planes take the old backend away before the new one is warm, and capacity that was never tried gets "
    "everything at once. Make before break: give the new backend a share first.",
    "gateway-api#1870, envoyproxy/gateway#6287, projectcontour/contour#2151",
)
RULE_MOVED = Rule(
    "GS512",
    "rule-index-moved",
    "An existing rule moves to another index in its route.",
    "Some data planes name what they build of a rule by its index and answer 503 for seconds while it moves. "
    "Append rules instead: precedence goes by how specific a match is, not by the order in the list.",
    "envoyproxy/gateway#9029",
)
IMMUTABLE_FIELD = Rule(
    "GS513",
    "immutable-field-changed",
    "A field changes that the API server never lets change.",
    "The API server refuses the object: Argo CD stops in the middle of the sync, after its prunes; Flux applies "
    "nothing of the commit. With force the object is deleted and created anew.",
    "Kubernetes pkg/apis/*/validation (ValidateImmutableField); CRD transition rules (oldSelf)",
)
REPLICAS_UNSET = Rule(
    "GS514",
    "replicas-unset",
    "The number of replicas is no longer written.",
    "The API server fills in 1 in that moment, whatever ran before, and only then may an autoscaler raise it again.",
    "argo-cd#1603; Kubernetes apps/v1 defaults",
)
POINTER_RENAMED = Rule(
    "GS515",
    "pointer-renamed",
    "The object that the sync engine follows gets another name.",
    "To the engine it is another one: the old one's objects may be deleted with it before the new one creates them.",
    "flux2#3316",
)
STEP_TOO_LARGE = Rule(
    "GS516",
    "step-larger-than-policy",
    "A version's share changes by more percentage points than gateshift.yaml allows in one step.",
    "The owner set the limit so that a bad version meets few users before someone notices.",
    "gateshift.yaml policy.maxStep",
)
STAGE_SKIPPED = Rule(
    "GS517",
    "stage-skipped",
    "A step leaves out stages that gateshift.yaml puts in between.",
    "What the stages in between were to show is not seen before the next one is in force.",
    "gateshift.yaml policy.allowSkip",
)
ROUTE_BYPASSED = Rule(
    "GS518",
    "version-visible-beside-the-route",
    "A version that a mesh route hides is within reach of clients that the route does not steer.",
    "A Gateway, and clients outside the mesh, send requests to the Service's own endpoints: they meet the new version "
    "in proportion to its pods.",
    "GEP-1294 (a mesh route steers only calls of mesh clients); gateway-api#5214",
)
RESTS_ON_HEALTH = Rule(
    "GS519",
    "rests-on-health-checks",
    "Only the health check between two waves keeps requests from being lost.",
    "Health is what a controller reports: a route counts as healthy when one parent accepted it, which says nothing "
    "about when each proxy has heard of it. Two commits rest on nothing.",
    "argo-cd#28352; Argo CD sync waves",
)
LEFT_BEHIND = Rule(
    "GS520",
    "object-left-behind",
    "An object leaves the files but stays in the cluster.",
    "Pruning is switched off for it or for the whole pointer, so that the cluster is no longer what the files say.",
    "Argo CD Prune=false; kustomize.toolkit.fluxcd.io/prune: disabled",
)
NOT_EVERY_STATE = Rule(
    "GS521",
    "not-every-state-was-looked-at",
    "There are too many states between the two builds, or too many kinds of requests, to look at all of them.",
    "The states with the fewest and the most changes were looked at; a fault may hide in the others. Smaller commits "
    "can be proved whole.",
    "the tool's own limits",
)
REQUESTS_UNSEEN = Rule(
    "GS522",
    "requests-not-followed",
    "No request was found that a regular expression of a route matches.",
    "What happens to such requests during the change was not looked at.",
    "the tool's own limits",
)
POINTER_LOST = Rule(
    "GS523",
    "pointer-lost",
    "A pointer that named a stage names nothing that can be synced any more, or is gone.",
    "A directory that does not exist stops every sync: the cluster keeps what it has, and no later commit arrives. A "
    "pointer that is deleted may take its objects along.",
    "Argo CD, Application: source.path, App Deletion; Flux, Kustomization: path, deletionPolicy",
)

PORT_CLOSED = Rule(
    "GS524",
    "target-port-closed-in-between",
    "On the way from one state to the next, a Service sends requests to a port on which its pods do not listen.",
    "A target port that is a number reaches every pod the Service selects, whatever the pod declares; a port of the "
    "Service and the pods' own port never change in the same moment. Let the pods listen on both first, or name the "
    "port: a target port that is a name is looked up in each pod.",
    "Kubernetes core/v1 ServicePort.targetPort; pkg/api/v1/pod FindPort",
)
NOT_APPLIED = Rule(
    "GS525",
    "change-not-applied",
    "An object changes in the files, but its own annotation or label keeps the engine from applying it.",
    "The commit reads as if it moved traffic, and the cluster stays as it is; what comes with it in the same commit is "
    "applied all the same.",
    "Flux, Kustomization: Controlling the apply behavior of resources; Argo CD, Resource Hooks: Skip",
)
PROTOCOL_CHANGED = Rule(
    "GS526",
    "protocol-changes-with-image",
    "A Service port's protocol changes in the commit that changes the image of its pods.",
    "The Service is applied at once and the pods roll: until the last old one is gone, it is spoken to in a protocol "
    "that it may not know (plain HTTP/1.1 and h2c do not understand each other).",
    "Kubernetes core/v1 ServicePort.appProtocol; GEP-1911",
)
EXTERNAL_ACCESS_LOST = Rule(
    "GS527",
    "external-access-lost",
    "A Service ceases to be reachable from outside the cluster, or loses what its load balancer is set up by.",
    "The address or the node port goes at once, and with it all clients that use it; a later commit gets another one.",
    "Kubernetes core/v1 ServiceSpec.type; Service concepts, Type LoadBalancer",
)
GATEWAY_CLASS_CHANGED = Rule(
    "GS528",
    "gateway-class-changed",
    "A Gateway gets another class.",
    "Another controller takes it over: the data plane behind it is a new one with another address, and the old one "
    "goes, whether or not the new one has its routes yet.",
    "Gateway API GatewaySpec.gatewayClassName",
)
EXTERNAL_NAME = Rule(
    "GS529",
    "backend-becomes-external-name",
    "A Service that a route sends requests to turns into an ExternalName.",
    "It has no endpoints any more, only a DNS name: support for it as a backend is up to the implementation, and many "
    "refuse it for its security risk (CVE-2021-25740).",
    "Gateway API BackendObjectReference (ExternalName Services); CVE-2021-25740",
)
APP_REMOVED = Rule(
    "GS530",
    "application-removed",
    "A route goes together with every Service and workload that answered its requests.",
    "That is how an application is taken out of service on purpose; where it is no purpose, it is an outage.",
    "Argo CD, Automatic Pruning; Flux, Kustomization: prune",
)

OF_CAUSE = {
    FailureCause.MISSING: SERVICE_MISSING,
    FailureCause.NO_ENDPOINTS: NO_READY_POD,
    FailureCause.NO_ROUTE: NO_ROUTE,
    FailureCause.UNDECLARED: UNDECLARED_VERSION,
    FailureCause.DANGLING: DANGLING_REFERENCE,
    FailureCause.INVALID: REFERENCE_REFUSED,
    FailureCause.UNREADY: UNREADY_POD,
    FailureCause.CLOSED_PORT: PORT_CLOSED,
}
REFERENCED_OBJECT_PRUNED = Rule(
    "GS532",
    "referenced-object-pruned",
    "The step prunes an object that another one still names.",
    "A listener without its certificate answers nothing. Pods that run keep a pruned ConfigMap or Secret until they "
    "restart, and then do not start any more: the fault shows days later.",
    "Kubernetes, pods with a missing ConfigMap or Secret; Gateway API ListenerConditionResolvedRefs",
)
SHARE_OF_A_PAUSED_WORKLOAD = Rule(
    "GS531",
    "share-of-a-paused-workload",
    "A route gives a share to a workload that is paused and had none before.",
    "The controller of a paused Deployment rolls no template out: there may be no pod at all, and the share gets a "
    "503 until somebody resumes it.",
    "Kubernetes v1.37 pkg/controller/deployment/deployment_controller.go (syncDeployment of a paused Deployment)",
)
