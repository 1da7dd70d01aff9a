"""`/v1/models` and `/v1/model/…`: what this account can use. What a model looks like is in `model_schema.py`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from satchel.domain.catalog import Endpoint
from satchel.domain.errors import NotFound
from satchel.doors.http.callers import Callers
from satchel.doors.http.model_facts import ModelEndpointsReply, model_endpoints
from satchel.doors.http.model_filters import ModelFilters
from satchel.doors.http.model_schema import ModelSchema, model_schema, model_schemas
from satchel.services.catalog import Catalog
from satchel.services.policy import Policy


class Links(BaseModel):
    """Where the list goes on, null where it does not."""

    next: str | None = None


class ModelList(BaseModel):
    """Models of the account; all of them, unless the caller asked for less."""

    object: str = "list"
    data: Sequence[ModelSchema]
    total_count: int
    links: Links
    has_more: bool
    first_id: str | None
    last_id: str | None


class Count(BaseModel):
    """How many there are."""

    count: int


class CountReply(BaseModel):
    """`GET /v1/models/count`."""

    data: Count


class ModelReply(BaseModel):
    """`GET /v1/model/{author}/{slug}`."""

    data: ModelSchema


def models_router(callers: Callers, catalog: Catalog, policy: Policy) -> APIRouter:
    """Return the doors of this resource."""
    router = APIRouter(tags=["models"])

    shelf = _Shelf(callers, catalog, policy)

    @router.get("/models")
    @router.get("/models/user")
    async def list_models(request: Request, filters: Annotated[ModelFilters, Query()]) -> ModelList:
        """List what this account can use, or what of it passes the filters."""
        return await shelf.page(request, filters)

    @router.get("/models/count")
    async def count_models(request: Request, filters: Annotated[ModelFilters, Query()]) -> CountReply:
        """Count what this account can use, or what of it passes the filters."""
        return CountReply(data=Count(count=len(filters.chosen(await shelf.listed(request)))))

    @router.get("/models/{model:path}/endpoints")
    async def list_endpoints(request: Request, model: str) -> ModelEndpointsReply:
        """Say who serves a model, the first in line first."""
        return ModelEndpointsReply(data=model_endpoints(model, await shelf.serving(request, model)))

    @router.get("/models/{model:path}")
    async def get_model(request: Request, model: str) -> ModelSchema:
        """Return one model, as OpenAI's clients retrieve it."""
        return await shelf.one(request, model)

    @router.get("/model/{model:path}")
    async def get_model_reply(request: Request, model: str) -> ModelReply:
        """Return one model, as OpenRouter's clients retrieve it."""
        return ModelReply(data=await shelf.one(request, model))

    _add_other_lists(router, shelf)
    return router


def _add_other_lists(router: APIRouter, shelf: "_Shelf") -> None:
    @router.get("/embeddings/models")
    async def list_embedding_models(request: Request, filters: Annotated[ModelFilters, Query()]) -> ModelList:
        """List what embeds."""
        return await shelf.page(request, filters.model_copy(update={"output_modalities": "embeddings"}))

    @router.get("/images/models")
    async def list_image_models(request: Request, filters: Annotated[ModelFilters, Query()]) -> ModelList:
        """List what draws."""
        return await shelf.page(request, filters.model_copy(update={"output_modalities": "image"}))


class _Shelf:
    """What the caller of a request may know of."""

    def __init__(self, callers: Callers, catalog: Catalog, policy: Policy) -> None:
        self._callers = callers
        self._catalog = catalog
        self._policy = policy

    async def listed(self, request: Request) -> list[ModelSchema]:
        """Return every model, whatever it gives."""
        principal = await self._callers.principal(request, "models")
        preferred = await self._catalog.preferred(principal.account_id)
        return model_schemas(await self._policy.visible(principal, await self._catalog.endpoints(principal.account_id, None)), preferred)

    async def page(self, request: Request, filters: ModelFilters) -> ModelList:
        """Return the page of those that pass the filters."""
        found = filters.chosen(await self.listed(request))
        page, further = filters.page(found), filters.next_query(found)
        return ModelList(
            data=page,
            total_count=len(found),
            links=Links(next=f"/api{request.scope['path']}?{further}" if further else None),
            has_more=further is not None,
            first_id=page[0].id if page else None,
            last_id=page[-1].id if page else None,
        )

    async def serving(self, request: Request, model: str) -> Sequence[Endpoint]:
        """Return the endpoints of one model, at least one. Raises `NotFound`."""
        principal = await self._callers.principal(request, "models")
        found = await self._policy.visible(principal, await self._catalog.resolve(principal.account_id, model))
        if not found:
            raise NotFound(f"no model {model!r} here; GET /v1/models lists what this account can use", details={"model": model})
        return found

    async def one(self, request: Request, model: str) -> ModelSchema:
        """Return one model under the name that it was asked for by. Raises `NotFound`."""
        found = await self.serving(request, model)
        preferred = await self._catalog.preferred((await self._callers.principal(request, "models")).account_id)
        return model_schema(found, model, preferred in (model, found[0].model_id, found[0].id))
