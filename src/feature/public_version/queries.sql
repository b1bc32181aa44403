-- name: public_version_get
SELECT slug, title, summary, happened, doing, figures, language, shown, published_ms, published_by, updated_ms, updated_by, version
FROM public_version WHERE report_id = :report;

-- name: public_version_by_slug
SELECT shown, published_ms, language, report_id FROM public_version WHERE slug = :slug;

-- name: public_version_put
INSERT INTO public_version (report_id, slug, title, summary, happened, doing, figures, language, shown, updated_ms, updated_by, version)
VALUES (:report, :slug, :title, :summary, :happened, :doing, :figures, :language, '', :now_ms, :user, 1)
ON CONFLICT (report_id) DO UPDATE SET title = :title, summary = :summary, happened = :happened, doing = :doing, figures = :figures,
    language = :language, updated_ms = :now_ms, updated_by = :user, version = public_version.version + 1;

-- name: public_version_publish
UPDATE public_version SET shown = :shown, published_ms = :published_ms, published_by = :user, version = version + 1 WHERE report_id = :report;
